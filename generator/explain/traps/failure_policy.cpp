#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/pods.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

// What is wrong with a rule, and what to change; empty: nothing.
std::pair<std::string, std::string> fault_of(const Object& job, const nlohmann::json& rule) {
  const auto* codes = find(rule, "/onExitCodes");
  if (codes == nullptr) return {};
  for (const auto& code : items_at(*codes, "/values")) {
    if (code == 0) return {"Kubernetes refuses exit code 0 in a rule", "Take 0 out of values."};
  }
  const auto containers = containers_of(job);
  const auto name = text_at(*codes, "/containerName");
  if (name.empty() && containers.size() > 1) {
    return {"a rule without containerName looks at the exit code of every container",
            "Add containerName to onExitCodes."};
  }
  const bool known =
      name.empty() || std::any_of(containers.begin(), containers.end(), [&](const auto& container) {
        return text_at(container.body, "/name") == name;
      });
  if (known) return {};
  return {fmt::format("a rule names the container {}, which is not there", name),
          "Name one of the containers."};
}

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (const auto i : hook_jobs(objects, question)) {
    const auto& job = objects[i];
    const auto rules = items_at(job.body, "/spec/podFailurePolicy/rules");
    if (!rules.empty() && text_at(job.body, "/spec/template/spec/restartPolicy") != "Never") {
      traps.push_back(
          {i, "/spec/podFailurePolicy",
           fmt::format("{}: Kubernetes refuses podFailurePolicy without restartPolicy: Never", job.label()),
           "Write restartPolicy: Never."});
    }
    for (std::size_t n = 0; n < rules.size(); ++n) {
      const auto [message, change] = fault_of(job, rules[n]);
      if (message.empty()) continue;
      traps.push_back({i, fmt::format("/spec/podFailurePolicy/rules/{}", n),
                       fmt::format("{}: {}", job.label(), message), change});
    }
  }
  return traps;
}

}  // namespace

const TrapRule kFailurePolicy{
    "failure-policy", Under::kBoth, "A podFailurePolicy does not do what it says.",
    "Kubernetes refuses it beside a restartPolicy other than Never, with exit code 0, and with a "
    "containerName that no container has. A rule without containerName looks at every container: the 143 "
    "of a sidecar that was asked to end fails the Job.",
    find_in};

}  // namespace windlass::generator::explain
