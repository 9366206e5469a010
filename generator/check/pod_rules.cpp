#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "core/contract/settings.hpp"
#include "generator/check/object.hpp"
#include "generator/check/rules.hpp"
#include "generator/plan/metadata.hpp"
#include "generator/plan/proxy.hpp"
#include "generator/plan/script_volumes.hpp"

namespace windlass::generator {
namespace {

void check_container(const Manifest& object, const Tree& container, Findings& findings) {
  const auto expect = [&](bool holds, std::string_view fault) {
    if (holds) return;
    findings.push_back(
        {"E12", object.path, fmt::format("container {}: {}", text_at(container, {"name"}), fault)});
  };
  expect(is(container, {"securityContext", "allowPrivilegeEscalation"}, false),
         "privilege escalation is not off");
  expect(is(container, {"securityContext", "readOnlyRootFilesystem"}, true),
         "the root file system can be written");
  expect(is(container, {"securityContext", "runAsNonRoot"}, true), "it may run as root");
  expect(is(container, {"securityContext", "capabilities", "drop"}, List{"ALL"}), "it keeps capabilities");
  expect(is(container, {"securityContext", "seccompProfile", "type"}, "RuntimeDefault"),
         "no seccomp profile");
  expect(!is(container, {"securityContext", "privileged"}, true), "it is privileged");
}

void check_volumes(const Manifest& object, const Tree& pod, Findings& findings) {
  constexpr std::array<std::string_view, 10> kAllowed = {
      "name",      "configMap", "csi",   "downwardAPI",
      "emptyDir",  "ephemeral", "image", "persistentVolumeClaim",
      "projected", "secret"};
  for (const auto& volume : list_at(pod, {"spec", "volumes"})) {
    if (volume.members() == nullptr) continue;
    for (const auto& member : *volume.members()) {
      if (std::find(kAllowed.begin(), kAllowed.end(), member.key) != kAllowed.end()) continue;
      findings.push_back(
          {"E12", object.path, fmt::format("a restricted namespace takes no {} volume", member.key)});
    }
  }
}

// The two proxies spell this flag differently, and end with an error at the other one's.
void check_proxy_flags(const Tree& container, const std::function<void(const Tree&, std::string_view)>& add) {
  for (const auto kind : {project::ProxyKind::kAlloyDb, project::ProxyKind::kCloudSql}) {
    if (text_at(container, {"name"}) != proxy_name(kind)) continue;
    const auto& words = list_at(container, {"args"});
    const bool alloydb = kind == project::ProxyKind::kAlloyDb;
    const Tree right(alloydb ? "--exit-zero-sigterm" : "--exit-zero-on-sigterm");
    const Tree wrong(alloydb ? "--exit-zero-on-sigterm" : "--exit-zero-sigterm");
    if (std::find(words.begin(), words.end(), wrong) != words.end())
      add(container, "it does not know the flag of the other proxy");
    if (std::find(words.begin(), words.end(), right) == words.end())
      add(container, "it would end with 143 when it is told to stop");
  }
}

// Whether it takes the order to end, and every other container of the pod gives it.
bool is_ended_by_hook(const Tree& pod, const Tree& container) {
  const auto& words = list_at(container, {"args"});
  if (std::find(words.begin(), words.end(), Tree("--quitquitquit")) == words.end()) return false;
  const auto& all = list_at(pod, {"spec", "containers"});
  return std::all_of(all.begin(), all.end(), [](const Tree& other) {
    const auto& env = list_at(other, {"env"});
    return !is_hook_container(other) || std::any_of(env.begin(), env.end(), [](const Tree& variable) {
      return text_at(variable, {"name"}) == setting_environment_name("proxy-quit-url");
    });
  });
}

// Whether the selector's labels and its one expression, an In, pick these labels.
bool selects(const Tree& policy, const Tree& labels) {
  const Tree* wanted = policy.find({"spec", "podSelector", "matchLabels"});
  if (wanted == nullptr || wanted->members() == nullptr) return false;
  for (const auto& member : *wanted->members()) {
    if (!is(labels, {member.key}, member.value)) return false;
  }
  for (const auto& expression : list_at(policy, {"spec", "podSelector", "matchExpressions"})) {
    const Tree* value = labels.find({text_at(expression, {"key"})});
    const auto& values = list_at(expression, {"values"});
    if (value == nullptr || std::find(values.begin(), values.end(), *value) == values.end()) return false;
  }
  return true;
}

// Whether it ends by itself, and before the hook begins.
bool is_loader(const Tree& container) {
  const auto& env = list_at(container, {"env"});
  return std::any_of(env.begin(), env.end(),
                     [](const Tree& variable) { return text_at(variable, {"name"}) == kScriptsVariable; });
}

}  // namespace

// A namespace that enforces Pod Security's restricted level accepts the Job and then makes no pod.
void check_restricted_pods(const Objects& objects, Findings& findings) {
  for (const auto& object : objects) {
    const Tree* pod = pod_template(object);
    if (pod == nullptr) continue;
    for (const auto* container : containers_of(*pod)) check_container(object, *container, findings);
    check_volumes(object, *pod, findings);
    for (const auto key : {"hostNetwork", "hostPID", "hostIPC"}) {
      if (is(*pod, {"spec", key}, true))
        findings.push_back({"E12", object.path, fmt::format("{} is on", key)});
    }
    if (is(*pod, {"spec", "securityContext", "runAsUser"}, 0)) {
      findings.push_back({"E12", object.path, "the pod runs as root"});
    }
  }
}

// A hook pod that the application's Service selects gets the application's requests.
void check_pod_labels(const Objects& objects, Findings& findings) {
  for (const auto& object : objects) {
    const Tree* pod = pod_template(object);
    const Tree* labels = pod == nullptr ? nullptr : pod->find({"metadata", "labels"});
    if (labels == nullptr || labels->members() == nullptr) continue;
    for (const auto& member : *labels->members()) {
      if (!is_selector_label(member.key) || member.value == kHookPodName) continue;
      findings.push_back(
          {"E13", object.path, fmt::format("a Service may select the pods by {}", member.key)});
    }
  }
}

// A container beside the hook that is no native sidecar keeps the Job from ending; one without a startup
// probe is not ready when the hook starts; one that is told to stop and ends with 143 has failed.
void check_sidecars(const Objects& objects, Findings& findings) {
  for (const auto& object : objects) {
    const Tree* pod = pod_template(object);
    if (pod == nullptr) continue;
    const auto add = [&](const Tree& container, std::string_view fault) {
      findings.push_back(
          {"E10", object.path, fmt::format("container {}: {}", text_at(container, {"name"}), fault)});
    };
    for (const auto& container : list_at(*pod, {"spec", "containers"})) {
      if (is_hook_container(container)) continue;
      if (!is_ended_by_hook(*pod, container)) add(container, "it would keep the Job from ending");
      check_proxy_flags(container, add);
    }
    for (const auto& container : list_at(*pod, {"spec", "initContainers"})) {
      if (is_hook_container(container)) continue;
      if (is_loader(container)) continue;
      if (!is(container, {"restartPolicy"}, "Always")) add(container, "restartPolicy is not Always");
      if (container.find({"startupProbe", "httpGet"}) == nullptr) add(container, "it has no startupProbe");
      check_proxy_flags(container, add);
    }
  }
}

// A policy that selects nothing is no protection, and nothing says so.
void check_network_policies(const Objects& objects, Findings& findings) {
  std::vector<const Manifest*> policies;
  for (const auto& object : objects) {
    if (kind_of(object) == "NetworkPolicy") policies.push_back(&object);
  }
  for (const auto& object : objects) {
    const Tree* pod = pod_template(object);
    const Tree* labels = pod == nullptr ? nullptr : pod->find({"metadata", "labels"});
    if (policies.empty() || labels == nullptr) continue;
    const bool selected = std::any_of(policies.begin(), policies.end(), [&](const Manifest* policy) {
      return selects(policy->tree, *labels) && is_hook(*policy) == is_hook(object) &&
             (kind_of(object) == "CronJob" || policy->path < object.path);
    });
    if (!selected) findings.push_back({"E27", object.path, "no NetworkPolicy selects its pods in time"});
  }
}

}  // namespace windlass::generator
