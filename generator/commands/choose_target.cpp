#include "generator/commands/choose_target.hpp"

#include <fmt/format.h>

#include <ostream>
#include <vector>

#include "core/base/diagnostic.hpp"
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

const Target& choose_target(const std::string& name, const std::string& mode, const project::Project& project,
                            std::ostream& err) {
  const Target& target = choose_target(name, mode);
  if (target.reader != Reader::kArgoCd || project.promotion.by != project::Promoter::kArgoCd) return target;
  if (mode.empty()) return argocd_gated();
  if (&target != &argocd_gated()) {
    err << to_text(Diagnostic{
        Severity::kWarning,
        {project.file, 0, 0},
        fmt::format("promotion.by is argocd, which does not wait as it should with --mode {}", mode),
        "Render with --mode gated, or without --mode."});
  }
  return target;
}

}  // namespace windlass::generator
