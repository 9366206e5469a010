// Where windlass-hook is, for the commands that run it as a child.
#pragma once

#include <filesystem>
#include <optional>

namespace windlass::generator {

// `given` when it is a program, else the one beside this program, as it is installed or as the build leaves
// it, else the one on PATH. Throws Error(kUsage) when `given` is no program, Error(kConfiguration) when there
// is none.
std::filesystem::path find_hook_program(const std::optional<std::filesystem::path>& given = std::nullopt);

}  // namespace windlass::generator
