#include "generator/plan/target.hpp"

#include <algorithm>
#include <string>

namespace windlass::generator {
namespace {

constexpr std::string_view kOption = "argocd.argoproj.io/sync-options";
constexpr std::string_view kServerSide = "ServerSideApply=true";

// Jobs are deleted before they are created anew, so that a retry never takes the old one's result for its
// own. What they need is kept until the whole sync has succeeded, so that a failed one can be looked into.
constexpr Target kPreSync = {
    "argocd",
    "presync",
    {{{"10-presync-", "PreSync", "-5", "HookSucceeded", ""},
      {"20-presync-", "PreSync", "-1", "BeforeHookCreation", ""},
      {"30-presync-", "PreSync", "0", "BeforeHookCreation", ""},
      {"40-sync-", "", "", "", ""},
      {"50-postsync-", "PostSync", "2", "BeforeHookCreation", ""},
      {"60-postsync-", "PostSync", "3", "BeforeHookCreation", ""},
      {"40-sync-", "", "", "", ""}}},
    kServerSide,
    Reader::kArgoCd,
    EndedJobs::kExpire,
};

// Argo CD counts no hook when it says whether an application is in sync, so that after a failed PostSync hook
// it is Synced and Healthy. Here verify is a hook of the Sync phase, and the marker stands in a wave behind
// it, and behind contract: when one of them fails the marker is not applied, and the application stays
// OutOfSync.
constexpr Target kGated = {
    "argocd",
    "gated",
    {{{"10-presync-", "PreSync", "-5", "HookSucceeded", ""},
      {"20-presync-", "PreSync", "-1", "BeforeHookCreation", ""},
      {"30-presync-", "PreSync", "0", "BeforeHookCreation", ""},
      {"40-sync-", "", "", "", ""},
      {"50-sync-", "Sync", "100", "BeforeHookCreation", ""},
      {"60-sync-", "Sync", "101", "BeforeHookCreation", ""},
      {"70-sync-", "", "102", "", ""}}},
    kServerSide,
    Reader::kArgoCd,
    EndedJobs::kExpire,
};

// A tracked Job that Kubernetes deleted would make the application OutOfSync, and self-heal would run it
// again: it stays. Applied a second time it is unchanged, so a sync after a failed one would find the old
// failure and run nothing: it is replaced, and by force, because a Job cannot be changed. A sync does not
// wait for its last wave: the marker is there so that it waits for verify and contract, and is not in sync
// when one of them fails.
constexpr std::string_view kReplace = "Force=true,Replace=true";
constexpr Target kWaves = {
    "argocd",
    "waves",
    {{{"10-sync-", "", "-10", "", ""},
      {"20-sync-", "", "-5", "", kReplace},
      {"30-sync-", "", "-3", "", kReplace},
      {"40-sync-", "", "-1", "", ""},
      {"50-sync-", "", "100", "", kReplace},
      {"60-sync-", "", "101", "", kReplace},
      {"70-sync-", "", "102", "", ""}}},
    kServerSide,
    Reader::kArgoCd,
    EndedJobs::kStay,
};

constexpr std::array<Place, 7> kSteps = {{{"10-support/", "", "", "", ""},
                                          {"20-backup/", "", "", "", ""},
                                          {"30-migrate/", "", "", "", ""},
                                          {"40-release/", "", "", "", ""},
                                          {"50-verify/", "", "", "", ""},
                                          {"60-contract/", "", "", "", ""},
                                          {"40-release/", "", "", "", ""}}};
constexpr Target kPlain = {"plain", "", kSteps, "", Reader::kKubectl, EndedJobs::kExpire};

// Hooks and weights are the chart's own (charts/windlass/templates/_helpers.tpl).
constexpr Target kHelm = {"helm", "", kSteps, "", Reader::kHelm, EndedJobs::kExpire};

// The first of a name is what an empty mode means.
constexpr std::array kTargets = {&kPreSync, &kGated, &kWaves, &kPlain, &kHelm};

constexpr std::array<std::string_view, 8> kFolders = {
    "", "10-support/", "20-backup/", "30-migrate/", "40-release/", "50-verify/", "60-contract/", "snippets/"};

constexpr int kWavesOfARank = 10;  // more than the waves of one project's Jobs in a phase

void add(project::Map& map, std::string_view key, std::string_view value) {
  if (!value.empty()) map.emplace(key, value);
}

// What is only there for the Jobs, or is not ordered at all, stays where it is.
std::string wave_of(const Place& place, Stage stage, int rank) {
  const bool moves = stage != Stage::kSupport && stage != Stage::kTracked;
  if (rank == 0 || place.wave.empty() || !moves) return std::string(place.wave);
  return std::to_string(std::stoi(std::string(place.wave)) + rank * kWavesOfARank);
}

}  // namespace

std::span<const Target* const> targets() { return kTargets; }

const Target& argocd_presync() { return kPreSync; }
const Target& argocd_gated() { return kGated; }
const Target& argocd_waves() { return kWaves; }
const Target& plain() { return kPlain; }
const Target& helm() { return kHelm; }

const Target* find_target(std::string_view name, std::string_view mode) {
  const auto found = std::find_if(kTargets.begin(), kTargets.end(), [&](const Target* target) {
    return target->name == name && (mode.empty() || target->mode == mode);
  });
  return found == kTargets.end() ? nullptr : *found;
}

project::Map stage_annotations(const Target& target, Stage stage, int rank) {
  const Place& place = target.place(stage);
  project::Map annotations;
  add(annotations, "argocd.argoproj.io/hook", place.hook);
  add(annotations, "argocd.argoproj.io/hook-delete-policy", place.delete_policy);
  add(annotations, "argocd.argoproj.io/sync-wave", wave_of(place, stage, rank));
  add(annotations, kOption, place.sync_options);
  return annotations;
}

project::Map server_side_apply(const Target& target) {
  project::Map annotations;
  add(annotations, kOption, target.server_side);
  return annotations;
}

std::span<const std::string_view> output_folders() { return kFolders; }

}  // namespace windlass::generator
