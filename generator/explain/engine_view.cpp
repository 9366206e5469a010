#include "generator/explain/engine_view.hpp"

namespace windlass::generator::explain {
namespace {

bool is_argo(const Question& question) { return question.engine == Engine::kArgoCd; }

std::string pointer(const Object& object, const Question& question, std::string_view argo,
                    std::string_view helm) {
  const bool use_helm =
      !is_argo(question) || (!annotation(object.body, argo) && annotation(object.body, helm));
  return annotation_pointer(use_helm ? helm : argo);
}

}  // namespace

bool is_hook(const Object& object, const Question& question) {
  if (!is_argo(question)) return !helm_hook(object.body).events.empty();
  const auto hook = argo_hook(object.body);
  return hook.is_hook && (!hook.phases.empty() || hook.pre_delete || hook.post_delete);
}

bool is_hook_run(const Object& object, const Question& question) {
  return (object.kind == "Job" || object.kind == "Pod") && is_hook(object, question);
}

std::vector<Index> hook_jobs(const std::vector<Object>& objects, const Question& question) {
  std::vector<Index> jobs;
  for (Index i = 0; i < objects.size(); ++i) {
    if (objects[i].kind == "Job" && is_hook(objects[i], question)) jobs.push_back(i);
  }
  return jobs;
}

bool is_tracked(const Object& object, const Question& question) {
  if (!is_argo(question)) return !helm_hook(object.body).is_hook;
  const auto hook = argo_hook(object.body);
  return !hook.is_hook && !hook.skipped;
}

DeletePolicies policies_of(const Object& object, const Question& question) {
  return is_argo(question) ? argo_hook(object.body).policies : helm_hook(object.body).policies;
}

std::string_view before_creation_word(const Question& question) {
  return is_argo(question) ? "BeforeHookCreation" : "before-hook-creation";
}

std::string hook_pointer(const Object& object, const Question& question) {
  return pointer(object, question, kArgoHook, kHelmHook);
}

std::string policy_pointer(const Object& object, const Question& question) {
  return pointer(object, question, kArgoDeletePolicy, kHelmDeletePolicy);
}

std::string wave_pointer(const Object& object, const Question& question) {
  return pointer(object, question, kSyncWave, kHelmWeight);
}

}  // namespace windlass::generator::explain
