#include <fmt/format.h>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

constexpr std::int64_t kShortest = 600;

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (const auto i : hook_jobs(objects, question)) {
    const auto ttl = number_at(objects[i].body, "/spec/ttlSecondsAfterFinished");
    if (!ttl || *ttl >= kShortest) continue;
    traps.push_back({i, "/spec/ttlSecondsAfterFinished",
                     fmt::format("{} is removed {} s after it has ended, perhaps before its result is read",
                                 objects[i].label(), *ttl),
                     "Write 86400 or more."});
  }
  return traps;
}

}  // namespace

const TrapRule kShortTtl{
    "short-ttl", Under::kBoth, "A hook Job is removed less than ten minutes after it has ended.",
    "The Job may be gone before the engine has read its result. Argo CD before 2.14.3 then waits for "
    "ever; Helm 3 takes the deletion for success; Helm 4 waits until its timeout. And the log goes with "
    "it.",
    find_in};

}  // namespace windlass::generator::explain
