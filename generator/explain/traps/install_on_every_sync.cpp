#include <fmt/format.h>

#include <algorithm>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto& object = objects[i];
    const auto hook = argo_hook(object.body);
    if (annotation(object.body, kArgoHook) || hook.phases.empty() || !is_hook_run(object, question)) continue;
    const auto words = annotation_values(object.body, kHelmHook);
    const auto has = [&](const char* word) {
      return std::find(words.begin(), words.end(), word) != words.end();
    };
    const bool once =
        (has("pre-install") && !has("pre-upgrade")) || (has("post-install") && !has("post-upgrade"));
    if (!once) continue;
    traps.push_back({i, annotation_pointer(kHelmHook),
                     fmt::format("{} is meant for the first install and runs on every sync", object.label()),
                     "Make it do nothing the second time, and add the upgrade's hook beside it."});
  }
  return traps;
}

}  // namespace

const TrapRule kInstallOnEverySync{
    "install-on-every-sync", Under::kArgoCd, "A Helm hook for the first install runs on every sync.",
    "Argo CD knows no install: pre-install and pre-upgrade are both PreSync, post-install and "
    "post-upgrade both PostSync. What may run only once, a seed or a bootstrap, runs again with every "
    "sync. Make it find out by itself whether it has been done, and say so with "
    "`pre-install,pre-upgrade`.",
    find_in};

}  // namespace windlass::generator::explain
