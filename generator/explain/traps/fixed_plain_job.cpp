#include <fmt/format.h>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto& job = objects[i];
    if (job.kind != "Job" || !is_tracked(job, question) || has_changing_suffix(job.name)) continue;
    if (question.engine == Engine::kArgoCd && has_option(job.body, kSyncOptions, "Replace=true")) continue;
    traps.push_back({i, "/metadata/name",
                     fmt::format("{} cannot be changed once it is there: the next image fails the {}",
                                 job.label(), question.engine == Engine::kArgoCd ? "sync" : "upgrade"),
                     "Make it a hook, or end its name in a hash of its content."});
  }
  return traps;
}

}  // namespace

const TrapRule kFixedPlainJob{
    "fixed-plain-job", Under::kBoth, "An ordinary Job keeps its name when it changes.",
    "The template of a Job cannot be changed: with a new image the sync or upgrade fails with `field is "
    "immutable`. Make it a hook, which is deleted first, end its name in a hash of its content, or let "
    "Argo CD replace it (`argocd.argoproj.io/sync-options: Force=true,Replace=true`).",
    find_in};

}  // namespace windlass::generator::explain
