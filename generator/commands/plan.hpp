// `windlass plan`: what a migrate would run, on a fresh database or on the one that is named.
#pragma once

#include <filesystem>
#include <optional>
#include <ostream>
#include <string>

#include "core/base/secret.hpp"
#include "core/contract/exit_code.hpp"

namespace windlass::generator {

struct PlanOptions {
  std::filesystem::path folder = ".";  // that holds windlass.yaml
  std::string environment;
  std::string database;         // its key; empty: every one, or the only one with database_url
  Secret database_url;          // empty: a fresh database
  std::string tenant;           // of a database that has tenants, each with a history of its own
  std::string output = "text";  // text or json
  std::optional<std::filesystem::path> hook;  // the program windlass-hook; by default it is looked for
};

// Prints, for each database, its scripts in the order in which they run: without database_url all that a
// fresh one would get, with it every script and history row with its state. kDone; throws Error:
// kConfiguration for the config, kInvalidScripts for the scripts, kNoScripts when a database has none, kUsage
// when database_url could be of several databases or tenants; the hook's own codes when it failed.
ExitCode run_plan(const PlanOptions& options, std::ostream& out, std::ostream& err);

}  // namespace windlass::generator
