// windlass render: writes a project's manifests for one environment, or compares them with what is committed.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "core/contract/exit_code.hpp"

namespace windlass::generator {

struct RenderOptions {
  std::vector<std::filesystem::path> folders{
      "."};                               // each holds windlass.yaml; several with every_environment
  bool every_environment = false;         // of every project, each into PROJECT/ENVIRONMENT of `output`
  std::vector<std::string> environments;  // none when the project has none; several for --target plain
  std::string target = "argocd";
  std::string mode;                                // empty: the target's first
  std::string output;                              // a folder, or "-" for stdout
  bool check = false;                              // compare, write nothing
  std::optional<std::filesystem::path> templates;  // a folder with templates in place of the built-in ones
};

// kDone; with `check` kFound when the folder differs, after a unified diff on `out`. "-" writes all objects
// to `out` as one stream, without the snippets. Several environments become base/ and overlays/. With
// every_environment each project and environment is rendered as by a call of its own, several projects at
// once; they are told in their order up to the first that fails, and those behind it may have been written,
// too. Throws Error otherwise: kUsage for a target or mode that there is not.
ExitCode run_render(const RenderOptions& options, std::ostream& out, std::ostream& err);

}  // namespace windlass::generator
