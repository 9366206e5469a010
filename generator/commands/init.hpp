// `windlass init`: a new project, empty or made from a flyway.conf.
#pragma once

#include <filesystem>
#include <ostream>

#include "core/contract/exit_code.hpp"

namespace windlass::generator {

struct InitOptions {
  std::filesystem::path folder = ".";  // made when it is missing; its name becomes the project's
  std::filesystem::path flyway_conf;   // empty: a project with a first script
};

// Writes a commented windlass.yaml and, without flyway_conf, a first script with its undo script and verify
// query; prints each file that it wrote, and what of flyway.conf has no place in windlass.yaml. Never copies
// a password. Throws Error(kConfiguration), before anything is written, when a file is there already or
// flyway.conf makes no valid project.
ExitCode run_init(const InitOptions& options, std::ostream& out);

}  // namespace windlass::generator
