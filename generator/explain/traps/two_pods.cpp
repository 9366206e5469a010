#include <fmt/format.h>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/pods.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (const auto i : hook_jobs(objects, question)) {
    const auto& job = objects[i];
    const bool once = number_at(job.body, "/spec/backoffLimit") == 0;
    const bool waits = find(job.body, "/spec/podFailurePolicy") != nullptr ||
                       text_at(job.body, "/spec/podReplacementPolicy") == "Failed";
    if (once || waits || task_of(job) != Task::kMigrate) continue;
    traps.push_back({i, "/spec",
                     fmt::format("{}: an evicted pod is replaced while it still runs", job.label()),
                     "Add podReplacementPolicy: Failed to spec."});
  }
  return traps;
}

}  // namespace

const TrapRule kTwoPods{
    "two-pods", Under::kBoth, "A Job may have two pods at once.",
    "When a pod of a Job is evicted or deleted, Kubernetes counts it as failed at once and starts the "
    "next one after ten seconds, while the first still rolls back. `podReplacementPolicy: Failed` waits "
    "until it has ended; it is what a podFailurePolicy brings along.",
    find_in};

}  // namespace windlass::generator::explain
