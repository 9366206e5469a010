#include "generator/commands/choose_target.hpp"

#include <fmt/format.h>

#include <vector>

#include "core/base/error.hpp"
#include "core/base/text.hpp"

namespace windlass::generator {
namespace {

std::string names_of_targets() {
  std::vector<std::string> names;
  for (const auto* target : targets()) {
    names.push_back(target->mode.empty() ? std::string(target->name)
                                         : fmt::format("{} with --mode {}", target->name, target->mode));
  }
  return join(names, ", ");
}

}  // namespace

const Target& choose_target(const std::string& name, const std::string& mode) {
  if (const Target* target = find_target(name, mode)) return *target;
  throw Error(ExitCode::kUsage,
              fmt::format("there is no --target {}{}", name,
                          mode.empty() ? "" : fmt::format(" with --mode {}", mode)),
              fmt::format("The targets are {}.", names_of_targets()));
}

}  // namespace windlass::generator
