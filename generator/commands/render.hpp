// windlass render: writes a project's manifests for one environment, or compares them with what is committed.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>

#include "core/contract/exit_code.hpp"

namespace windlass::generator {

struct RenderOptions {
  std::filesystem::path folder = ".";  // that holds windlass.yaml
  std::string environment;             // may be empty when the project has none
  std::string target = "argocd";
  std::string mode = "presync";
  std::string output;                              // a folder, or "-" for stdout
  bool check = false;                              // compare, write nothing
  std::optional<std::filesystem::path> templates;  // a folder with templates in place of the built-in ones
};

// kDone; with `check` kFound when the folder differs, after a unified diff on `out`. "-" writes all objects
// to `out` as one stream, without the snippets. Throws Error otherwise: kUsage for a target or mode that this
// version does not render.
ExitCode run_render(const RenderOptions& options, std::ostream& out, std::ostream& err);

}  // namespace windlass::generator
