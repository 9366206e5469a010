// kustomization.yaml of a plain render: of one environment, and of several over a common base.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/project/project.hpp"
#include "generator/render/render.hpp"

namespace windlass::generator {

// Lists the objects in their order. sortOptions keeps it, which needs kustomize 5 (kubectl 1.27).
void add_kustomization(Rendered& rendered, const project::Project& project);

// What one environment was rendered to, without its kustomization.
struct RenderedEnvironment {
  project::Project project;
  Rendered rendered;
};

// One folder of several below the output folder.
struct RenderedFolder {
  std::filesystem::path path;  // "base", "overlays/prod"; empty: the output folder itself
  project::Project project;    // of the base: without an environment
  Rendered rendered;
};

// In base/ what is the same in every environment but for its namespace and the label that names the
// environment; in overlays/ENV the rest, and a kustomization that puts the two on the base again. `kustomize
// build overlays/ENV` gives the objects of the environment's own render. The output folder itself holds
// nothing. The environments are of one project, each there once.
std::vector<RenderedFolder> make_overlays(const std::vector<RenderedEnvironment>& environments);

// Throws Error(kConfiguration) when `output` has an overlay of an environment that is not among `folders`:
// with another base it would build something else than before.
void refuse_other_overlays(const std::filesystem::path& output, const std::vector<RenderedFolder>& folders);

}  // namespace windlass::generator
