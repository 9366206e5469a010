// What a delivery pipeline does, whichever CI system runs it: checks of every change, then one release after
// another.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/project/project.hpp"
#include "generator/plan/target.hpp"

namespace windlass::generator {

// A POSIX shell script that runs in the root of a checkout and fails by its exit code.
struct Step {
  std::string name;   // "lint", "release prod"
  std::string shell;  // begins with #!/bin/sh
};

// One environment's release: migrates, releases and verifies, and fails when any of that does.
struct Release {
  std::string environment;
  Step step;
  std::vector<std::string> secrets;  // environment variables that the CI system's own store gives the script
  int minutes = 0;                   // after which the script cannot be running any more
};

struct Pipeline {
  std::string project;
  std::string image;              // with windlass, windlass-hook, PostgreSQL's programs and the deployer's
  std::vector<Step> checks;       // in order; the first is lint and leaves kSarifFile and kMarkdownFile
  std::vector<Release> releases;  // in the order of promotion: a next one needs the one before
};

inline constexpr std::string_view kSarifFile = "windlass-lint.sarif";
inline constexpr std::string_view kMarkdownFile = "windlass-lint.md";
inline constexpr int kCheckMinutes = 30;

struct PipelineRequest {
  std::string folder;     // of the project, relative to the repository's root
  std::string manifests;  // the folder with a folder per environment, likewise
  std::string image;
  const Target* target = nullptr;
  std::string commit_variable;  // that holds the commit's id, in this CI system
};

// The pipeline for these environments of one project, each as its config says it is, in this order. There is
// at least one, and every one has a name.
Pipeline make_pipeline(const std::vector<project::Project>& environments, const PipelineRequest& request);

}  // namespace windlass::generator
