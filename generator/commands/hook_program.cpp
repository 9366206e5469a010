#include "generator/commands/hook_program.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/process.hpp"
#include "core/contract/labels.hpp"

namespace windlass::generator {

namespace fs = std::filesystem;

fs::path find_hook_program(const std::optional<fs::path>& given) {
  const auto own_folder = fs::read_symlink("/proc/self/exe").parent_path();
  const std::string name(contract::kHookProgram);
  std::vector<std::string> candidates{(own_folder / name).string(),
                                      (own_folder.parent_path() / "hook" / name).string(), name};
  if (given) candidates = {fs::absolute(*given).string()};
  for (const auto& candidate : candidates) {
    if (const auto found = find_program(candidate); found && fs::is_regular_file(*found))
      return fs::absolute(*found);
  }
  if (given) throw Error(ExitCode::kUsage, fmt::format("--hook {} is no program", given->string()));
  throw Error(ExitCode::kConfiguration, "windlass-hook is not installed",
              "Put it beside windlass or on PATH, or name it with --hook.");
}

}  // namespace windlass::generator
