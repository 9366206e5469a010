#include <fmt/format.h>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

bool names_exit_codes(const Object& job) {
  for (const auto& rule : items_at(job.body, "/spec/podFailurePolicy/rules")) {
    const bool codes = find(rule, "/onExitCodes") != nullptr;
    if (codes && text_at(rule, "/action") == "FailJob") return true;
  }
  return false;
}

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (const auto i : hook_jobs(objects, question)) {
    const auto& job = objects[i];
    if (question.engine == Engine::kArgoCd) {
      // An exit code of one index that ended the Job would end the others with it.
      const bool indexed = text_at(job.body, "/spec/completionMode") == "Indexed";
      if (indexed || names_exit_codes(job)) continue;
      traps.push_back({i, "/spec", fmt::format("{}: Argo CD will not show its exit code", job.label()),
                       "Add a podFailurePolicy with a FailJob rule for the exit codes that no retry mends."});
    } else if (!helm_hook(job.body).logs_failure) {
      traps.push_back({i, annotation_pointer(kHelmOutputLog),
                       fmt::format("{}: Helm will not show its log", job.label()),
                       "Add the annotation helm.sh/hook-output-log-policy: hook-failed."});
    }
  }
  return traps;
}

}  // namespace

const TrapRule kCauseNotShown{
    "cause-not-shown", Under::kBoth, "When the hook fails, nothing says why.",
    "Argo CD shows the message of the Job's condition and nothing else: \"Job has reached the specified "
    "backoff limit\". With a FailJob rule of podFailurePolicy the exit code stands in it. Helm shows "
    "less; with `helm.sh/hook-output-log-policy: hook-failed` (3.18 and later) it prints the log.",
    find_in};

}  // namespace windlass::generator::explain
