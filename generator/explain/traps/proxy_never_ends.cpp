#include <fmt/format.h>

#include "generator/explain/pods.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& /*question*/) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    if (objects[i].kind != "Job") continue;
    const auto containers = containers_of(objects[i]);
    const bool quits =
        objects[i].body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).find("quitquitquit") !=
        std::string::npos;
    for (const auto& container : containers) {
      if (quits || container.init || !is_database_proxy(text_at(container.body, "/image"))) continue;
      traps.push_back(
          {i, container.pointer,
           fmt::format("{}: the proxy {} goes on when the migration has ended, and the Job with it",
                       objects[i].label(), text_at(container.body, "/name")),
           "Make it an init container with restartPolicy: Always."});
    }
  }
  return traps;
}

}  // namespace

const TrapRule kProxyNeverEnds{
    "proxy-never-ends", Under::kBoth,
    "A database proxy beside the hook's container keeps the Job from ending.",
    "A Job is complete when all of its containers have ended, and a proxy does not end by itself: the Job "
    "runs until its deadline although the migration is done. Make the proxy an init container with "
    "`restartPolicy: Always` and a startup probe (Kubernetes 1.29), or start it with `--quitquitquit` and "
    "call that from the hook on every way out.",
    find_in};

}  // namespace windlass::generator::explain
