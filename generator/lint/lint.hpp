// Runs every lint rule over a project: all databases, one environment or all.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/diagnostic.hpp"

namespace windlass::generator {

inline constexpr std::string_view kConfigRule = "config";  // faults of windlass.yaml itself

struct LintResult {
  Diagnostics findings;  // by place, each with its rule; one finding of several environments stands once
  std::size_t scripts = 0;
};

// Lints the project in `folder` for one environment, or for every one when `environment` is empty. When the
// config has errors they are all that is found. Throws Error(kConfiguration) when there is no config.
LintResult lint_project(const std::filesystem::path& folder, const std::string& environment);

// docs/lint.md: every rule with its severity and reason, as Markdown.
std::string lint_reference();

}  // namespace windlass::generator
