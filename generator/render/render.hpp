// Turns a plan into the files that a render writes.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/project/project.hpp"
#include "generator/plan/plan.hpp"
#include "generator/render/templates.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

// A file of the output folder.
struct Manifest {
  std::string path;  // below the output folder
  Tree tree;         // what the text says
  std::string text;  // with our first line
};

struct Rendered {
  const Target* target = nullptr;
  std::vector<Manifest> objects;  // in the plan's order
  std::vector<Manifest> snippets;
  std::vector<Manifest> extras;  // kustomization.yaml, the files of a chart; no objects
  Delivery delivery = {};

  // Every list of files above.
  std::array<const std::vector<Manifest>*, 3> files() const { return {&objects, &snippets, &extras}; }
};

// Throws Error(kConfiguration) when a template does not fit (Templates::expand).
Rendered render(const Plan& plan, const Templates& templates, const project::Project& project);

// The first line of every file of this project and environment: by it a later render knows which files are
// its own. Other files are never overwritten or removed.
std::string first_line(const project::Project& project);

// What every first_line begins with.
inline constexpr std::string_view kRenderedMark = "# rendered by windlass for ";

// A file with the first line and the paths of files that cannot carry one, such as those of a chart.
inline constexpr std::string_view kRenderedList = "rendered.txt";

}  // namespace windlass::generator
