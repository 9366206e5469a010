#include <array>

#include "generator/explain/step.hpp"

namespace windlass::generator::explain {
namespace {

constexpr std::array kRules{
    // Argo CD
    EngineRule{
        "hook-words",
        "Of the hook annotation the words PreSync, Sync, PostSync, SyncFail, Skip, PreDelete and PostDelete "
        "count, spelt exactly so; when none of Argo CD's does, Helm's are mapped.",
        "gitops-engine sync/hook/hook.go"},
    EngineRule{"repeated", "Of several objects of one kind, namespace and name only the last one counts.",
               "controller/state.go"},
    EngineRule{"sync-order", "Tasks are ordered by phase, wave, a list of kinds, and name.",
               "gitops-engine sync/sync_tasks.go"},
    EngineRule{"dry-run",
               "Every object, hooks included, is tried by a client-side dry run before anything starts.",
               "gitops-engine sync/sync_context.go"},
    EngineRule{
        "hook-health",
        "A hook with a health check must be healthy before the next wave; one that is degraded ends the "
        "sync after its wave.",
        "gitops-engine sync/sync_context.go, health/health_job.go"},
    EngineRule{"no-health", "What has no health check has succeeded once it is applied.",
               "gitops-engine sync/sync_context.go"},
    EngineRule{"resource-health", "A wave begins when everything before it is healthy.",
               "gitops-engine sync/sync_context.go"},
    EngineRule{"last-wave",
               "A sync whose last wave holds no hook ends when that wave is applied, healthy or not.",
               "gitops-engine sync/sync_context.go"},
    EngineRule{
        "BeforeHookCreation",
        "A hook with this policy that is still there is deleted at the start of its wave and waited for; "
        "it is the default.",
        "gitops-engine sync/sync_context.go, hook/delete_policy.go"},
    EngineRule{"HookSucceeded",
               "Hooks with this policy are deleted when the whole sync has succeeded, not earlier.",
               "gitops-engine sync/sync_context.go"},
    EngineRule{
        "HookFailed",
        "When a sync fails, every hook with this policy is deleted, also one that succeeded, before SyncFail "
        "hooks start.",
        "gitops-engine sync/sync_context.go"},
    EngineRule{
        "hook-left",
        "A hook that is still there and is not deleted is applied in place, and its old result counts.",
        "gitops-engine sync/sync_context.go"},
    EngineRule{"SyncFail", "SyncFail hooks start together after a failure of any phase, in every attempt.",
               "gitops-engine sync/sync_context.go"},
    EngineRule{"hooks-not-compared",
               "Hooks count neither for the sync status nor for the health of an application.",
               "controller/state.go"},
    EngineRule{"manual-sync", "A sync of everything runs every hook, also when nothing has changed.",
               "controller/sync.go"},
    EngineRule{
        "retry",
        "A retry begins anew at the first wave; auto-sync retries 5 times unless retry.limit says otherwise.",
        "controller/appcontroller.go"},
    EngineRule{"self-heal", "Self-heal is a sync of the drifted resources only, and such a sync skips hooks.",
               "controller/appcontroller.go, controller/sync.go"},
    EngineRule{"rollback", "A rollback applies without hooks, and is refused while auto-sync is on.",
               "server/application/application.go"},
    EngineRule{"delete-hooks", "PreDelete and PostDelete hooks are created all at once, without waves.",
               "controller/hook.go"},
    EngineRule{"delete-order",
               "Objects are deleted wave by wave, the highest first, hooks that are left included.",
               "controller/sort_delete.go, controller/appcontroller.go"},
    EngineRule{
        "kept",
        "Custom resource definitions and what says Delete=false or helm.sh/resource-policy: keep stay.",
        "controller/appcontroller.go"},
    // Helm
    EngineRule{"helm-words", "One unknown word in helm.sh/hook, and Helm leaves the whole object out.",
               "release/util/manifest_sorter.go"},
    EngineRule{"weight-order", "The hooks of an event run one after the other by weight, then name.",
               "action/hooks.go"},
    EngineRule{
        "before-hook-creation",
        "A hook with this policy that is still there is deleted before it is created; it is the default "
        "when the annotation is missing.",
        "action/hooks.go"},
    EngineRule{"hook-wait",
               "A Job must complete and a Pod must succeed before the next hook; nothing else is waited for.",
               "action/hooks.go, kube/client.go"},
    EngineRule{"hook-succeeded",
               "When all hooks of an event have succeeded, those with this policy are deleted, in reverse.",
               "action/hooks.go"},
    EngineRule{
        "hook-failed",
        "A failed hook with this policy is deleted, and of the hooks before it those with hook-succeeded.",
        "action/hooks.go"},
    EngineRule{"already-exists", "Helm 3 creates hooks and fails when one is there already.",
               "kube/client.go"},
    EngineRule{"server-side-apply",
               "Helm 4 creates hooks by server-side apply, which leaves one that is there as it is, result "
               "included.",
               "kube/client.go"},
    EngineRule{"install-order",
               "The objects of a release are created in an order of kinds, without waiting in between.",
               "release/util/kind_sorter.go"},
    EngineRule{"release-wait", "Without --wait nothing of the release is waited for.", "action/install.go"},
    EngineRule{"deployed", "A command ends when the last hook of its events has succeeded.",
               "action/install.go"},
    EngineRule{"failed-hook", "After a failed pre hook the objects of the release stay as they were.",
               "action/upgrade.go"},
    EngineRule{"rollback-hooks", "A rollback runs the rollback hooks of the release that it goes back to.",
               "action/rollback.go"},
    EngineRule{"uninstall-order",
               "Uninstall deletes the objects of the release by kind, in the reverse order.",
               "action/uninstall.go"},
    EngineRule{"hooks-outside", "Hooks do not belong to the release: uninstall leaves them.",
               "action/uninstall.go"},
    EngineRule{"event-hooks", "A hook runs at the events that it names, and at no other.", "action/hooks.go"},
};

}  // namespace

std::span<const EngineRule> engine_rules() { return kRules; }

}  // namespace windlass::generator::explain
