// `windlass lint`: the quality gates of a project.
#pragma once

#include <filesystem>
#include <ostream>
#include <string>

#include "core/contract/exit_code.hpp"

namespace windlass::generator {

struct LintOptions {
  std::filesystem::path folder = ".";  // that holds windlass.yaml
  std::string environment;             // empty: every one
  std::string output = "text";         // text, json, sarif or markdown
};

// Prints every finding on `out`. kFound when one of them is an error, else kDone. Throws
// Error(kConfiguration) when there is no config.
ExitCode run_lint(const LintOptions& options, std::ostream& out);

}  // namespace windlass::generator
