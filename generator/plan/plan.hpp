// What a render will write: every object with its file, decided from the project and its scripts alone.
#pragma once

#include <string>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/project/project.hpp"
#include "generator/plan/delivery.hpp"
#include "generator/plan/script_files.hpp"
#include "generator/plan/target.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

struct PlannedFile {
  std::string path;  // below the output folder: "30-presync-job-storefront-migrate.yaml"
  Tree tree;         // with uses of templates in it
};

struct Plan {
  const Target* target = nullptr;
  std::vector<PlannedFile> objects;   // by path: as the cluster applies them
  std::vector<PlannedFile> snippets;  // for people to put into their own manifests; no objects
  Diagnostics diagnostics;            // with errors in it the rest is not to be used
  Delivery delivery = {};
};

// The same objects for every target: support objects, backup and migrate before the application, verify
// and contract behind it, the marker and the rollback with it. Where each has its place the target says.
// `files` has one entry for each database, in the project's order. Pure: the same input gives the same plan.
Plan make_plan(const project::Project& project, const std::vector<DatabaseFiles>& files,
               const Target& target);

}  // namespace windlass::generator
