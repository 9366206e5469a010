#include <fmt/format.h>

#include <functional>

#include "core/contract/labels.hpp"
#include "core/contract/phase.hpp"
#include "generator/check/object.hpp"
#include "generator/check/rules.hpp"

namespace windlass::generator {
namespace {

using Earlier = std::function<bool(const Manifest& needed, const Manifest& job)>;

void check_order(const Objects& objects, std::string_view rule, const Earlier& earlier,
                 std::string_view fault, Findings& findings) {
  for (const auto& job : objects) {
    if (kind_of(job) != "Job" || pod_template(job) == nullptr) continue;
    for (const auto& reference : references_of(*pod_template(job))) {
      const Manifest* needed = find_object(objects, reference);
      if (needed != nullptr && earlier(*needed, job)) continue;
      if (needed == nullptr && is_brought(objects, reference)) continue;
      findings.push_back({std::string(rule), job.path,
                          fmt::format("{} {} {}", reference.kind, reference.name,
                                      needed == nullptr ? "is not rendered" : fault)});
    }
  }
}

std::string_view folder_of(const Manifest& object) {
  const std::string_view path = object.path;
  return path.substr(0, path.find('/'));
}

}  // namespace

// Within one wave Argo CD waits for nothing; between waves for the health of what came before.
void check_tracked_dependencies(const Objects& objects, Findings& findings) {
  const auto earlier = [](const Manifest& needed, const Manifest& job) {
    return !is_hook(needed) && sync_place(needed) < sync_place(job);
  };
  check_order(objects, "E23", earlier, "is not tracked in an earlier wave", findings);
}

// A wave of the Sync phase waits for the hooks of the waves before it; the marker is what is then missing.
void check_gate(const Objects& objects, Findings& findings) {
  for (const auto& marker : objects) {
    if (label(marker, contract::kComponentLabel) != "marker") continue;
    if (is_hook(marker))
      findings.push_back({"E28", marker.path, "a hook does not count for the sync status"});
    for (const auto& job : objects) {
      const auto component = label(job, contract::kComponentLabel);
      if (component != phase_name(Phase::kVerify) && component != phase_name(Phase::kContract)) continue;
      const bool waited_for = sync_place(job).phase == 0 && sync_place(job) < sync_place(marker);
      if (!waited_for)
        findings.push_back({"E28", marker.path, fmt::format("it does not wait for {}", job.path)});
    }
  }
}

// A pipeline applies folder by folder.
void check_folder_order(const Objects& objects, Findings& findings) {
  const auto earlier = [](const Manifest& needed, const Manifest& job) {
    return folder_of(needed) < folder_of(job);
  };
  check_order(objects, "E24", earlier, "is not in an earlier folder", findings);
}

// Whoever applies these by Argo CD or Helm would get hooks that nobody has planned.
void check_no_annotations(const Objects& objects, Findings& findings) {
  for (const auto& object : objects) {
    const Tree* annotations = object.tree.find({"metadata", "annotations"});
    if (annotations == nullptr || annotations->members() == nullptr) continue;
    for (const auto& member : *annotations->members()) {
      if (!member.key.starts_with("argocd.argoproj.io/") && !member.key.starts_with("helm.sh/")) continue;
      findings.push_back({"E25", object.path, fmt::format("it carries {}", member.key)});
    }
  }
}

}  // namespace windlass::generator
