#include <fmt/format.h>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

constexpr auto kPolicy = "/spec/template/spec/restartPolicy";

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (const auto i : hook_jobs(objects, question)) {
    const auto policy = text_at(objects[i].body, "/spec/template/spec/restartPolicy");
    if (policy == "Never") continue;
    const bool given = find(objects[i].body, kPolicy) != nullptr;
    traps.push_back({i, given ? kPolicy : "/spec/template/spec",
                     given
                         ? fmt::format("{} restarts its containers in place: the log of the failure is lost",
                                       objects[i].label())
                         : fmt::format("{} has no restartPolicy: Kubernetes refuses it", objects[i].label()),
                     "Write restartPolicy: Never."});
  }
  return traps;
}

}  // namespace

const TrapRule kRestartOnFailure{
    "restart-on-failure", Under::kBoth, "The pods of a hook Job are restarted in place.",
    "With `restartPolicy: OnFailure` the same pod starts its containers again: the log of the failure is "
    "overwritten, the pod is deleted when the limit is reached, and podFailurePolicy is not allowed. "
    "Without a restartPolicy Kubernetes refuses the Job.",
    find_in};

}  // namespace windlass::generator::explain
