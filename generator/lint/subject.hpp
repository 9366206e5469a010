// What the lint rules look at: one database of a project, its scripts read and made ready to run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/migrations/prepared_script.hpp"
#include "core/migrations/script_set.hpp"
#include "core/project/project.hpp"

namespace windlass::generator {

struct LintedScript {
  const migrations::Script* script;  // of the subject's set
  migrations::Preparation prepared;
};

struct VerifyQuery {
  std::string name;  // of the file
  migrations::Preparation prepared;
};

struct Subject {
  const project::Project* project;
  const project::Database* database;
  migrations::NamingRules naming;
  migrations::ScriptSet set;
  std::vector<LintedScript> scripts;  // in the set's order
  std::vector<VerifyQuery> queries;   // by name
};

// Reads the database's scripts and verify queries. Placeholders have the project's values; those that are
// built in, whose values only a run knows, stand for plausible ones. `project` must outlive the result.
Subject read_subject(const project::Project& project, const project::Database& database);

// What the hook refuses the subject's scripts for under this rule of the preparation.
std::vector<Diagnostic> refusals(const Subject& subject, std::string_view rule);

}  // namespace windlass::generator
