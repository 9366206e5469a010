#include "generator/explain/hooks.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "core/base/text.hpp"
#include "generator/explain/object.hpp"

namespace windlass::generator::explain {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 4> kPhaseNames = {"PreSync", "Sync", "PostSync", "SyncFail"};
constexpr std::array<std::string_view, 9> kEventNames = {"pre-install",  "post-install", "pre-upgrade",
                                                         "post-upgrade", "pre-rollback", "post-rollback",
                                                         "pre-delete",   "post-delete",  "test"};

std::optional<std::int64_t> whole_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = !text.empty() && fault == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

std::optional<std::int64_t> number_in(const json& body, std::string_view name) {
  const auto text = annotation(body, name);
  return text ? whole_number(*text) : std::nullopt;
}

void add_once(std::vector<SyncPhase>& phases, SyncPhase phase) {
  if (std::find(phases.begin(), phases.end(), phase) == phases.end()) phases.push_back(phase);
}

bool contains(const std::vector<std::string>& values, std::string_view value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

// Argo CD's own words, and only when it knows none of them Helm's.
void read_phases(const json& body, ArgoHook& hook) {
  bool known = false;
  for (const auto& word : annotation_values(body, kArgoHook)) {
    const auto found = std::find(kPhaseNames.begin(), kPhaseNames.end(), word);
    if (found != kPhaseNames.end())
      add_once(hook.phases, static_cast<SyncPhase>(found - kPhaseNames.begin()));
    known = known || found != kPhaseNames.end() || word == "Skip";
  }
  if (known) return;
  for (const auto& word : annotation_values(body, kHelmHook)) {
    if (word == "pre-install" || word == "pre-upgrade") add_once(hook.phases, SyncPhase::kPreSync);
    if (word == "post-install" || word == "post-upgrade") add_once(hook.phases, SyncPhase::kPostSync);
  }
}

DeletePolicies argo_policies(const json& body) {
  const auto argo = annotation_values(body, kArgoDeletePolicy);
  const auto helm = annotation_values(body, kHelmDeletePolicy);
  DeletePolicies policies{contains(argo, "BeforeHookCreation") || contains(helm, "before-hook-creation"),
                          contains(argo, "HookSucceeded") || contains(helm, "hook-succeeded"),
                          contains(argo, "HookFailed") || contains(helm, "hook-failed")};
  if (!policies.succeeded && !policies.failed) policies.before_creation = true;
  return policies;
}

std::vector<std::string> lower_values(const json& body, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& value : annotation_values(body, name)) values.push_back(to_lower(value));
  return values;
}

}  // namespace

std::string_view sync_phase_name(SyncPhase phase) { return kPhaseNames.at(static_cast<std::size_t>(phase)); }
std::string_view helm_event_name(HelmEvent event) { return kEventNames.at(static_cast<std::size_t>(event)); }
bool is_whole_number(std::string_view text) { return whole_number(text).has_value(); }

std::vector<std::string_view> argo_hook_words() {
  std::vector<std::string_view> words(kPhaseNames.begin(), kPhaseNames.end());
  words.insert(words.end(), {"Skip", "PreDelete", "PostDelete"});
  return words;
}

std::vector<std::string_view> helm_hook_words() {
  std::vector<std::string_view> words(kEventNames.begin(), kEventNames.end());
  words.emplace_back("test-success");
  return words;
}

ArgoHook argo_hook(const json& body) {
  ArgoHook hook;
  const auto argo = annotation_values(body, kArgoHook);
  const auto helm = annotation(body, kHelmHook);
  const auto helm_words = annotation_values(body, kHelmHook);
  hook.wave = number_in(body, kSyncWave).value_or(number_in(body, kHelmWeight).value_or(0));
  hook.policies = argo_policies(body);
  hook.pre_delete = contains(argo, "PreDelete") || contains(helm_words, "pre-delete");
  hook.post_delete = contains(argo, "PostDelete") || contains(helm_words, "post-delete");
  read_phases(body, hook);
  hook.skipped = contains(argo, "Skip") && hook.phases.empty();
  const bool has_argo = annotation(body, kArgoHook).has_value();
  hook.is_hook = has_argo ? !hook.skipped : helm && *helm != "crd-install";
  if (!hook.is_hook && !hook.skipped) hook.phases = {SyncPhase::kSync};
  return hook;
}

HelmHook helm_hook(const json& body) {
  HelmHook hook;
  const auto words = annotation(body, kHelmHook);
  hook.is_hook = words.has_value();
  if (!hook.is_hook) return hook;
  auto parts = split(*words, ',');
  if (parts.empty()) parts.emplace_back();
  for (const auto& part : parts) {
    auto word = to_lower(trim(part));
    if (word == "test-success") word = "test";
    const auto found = std::find(kEventNames.begin(), kEventNames.end(), word);
    hook.dropped = hook.dropped || found == kEventNames.end();
    if (found != kEventNames.end())
      hook.events.push_back(static_cast<HelmEvent>(found - kEventNames.begin()));
  }
  if (hook.dropped) hook.events.clear();
  hook.weight = number_in(body, kHelmWeight).value_or(0);
  const auto policies = lower_values(body, kHelmDeletePolicy);
  hook.policies = {contains(policies, "before-hook-creation") || !annotation(body, kHelmDeletePolicy),
                   contains(policies, "hook-succeeded"), contains(policies, "hook-failed")};
  const auto logs = lower_values(body, kHelmOutputLog);
  hook.logs_failure = contains(logs, "hook-failed");
  hook.logs_success = contains(logs, "hook-succeeded");
  return hook;
}

}  // namespace windlass::generator::explain
