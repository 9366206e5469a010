#include "generator/lint/subject.hpp"

#include <filesystem>
#include <utility>

#include "generator/plan/script_files.hpp"

namespace windlass::generator {
namespace {

// The version of PostgreSQL whose grammar the parser knows. Which statements may run in a transaction differs
// between the supported versions only for subscriptions.
constexpr int kServerMajor = 15;

migrations::PlaceholderRules placeholders_of(const project::Project& project,
                                             const project::Database& database,
                                             migrations::PlaceholderRules rules) {
  const std::string schema = !database.default_schema.empty() ? database.default_schema
                             : database.schemas.empty()       ? "public"
                                                              : database.schemas.front();
  rules.values["flyway:defaultschema"] = schema;
  rules.values["flyway:user"] = "windlass";
  rules.values["flyway:database"] = database.name;
  rules.values["flyway:timestamp"] = "2000-01-01 00:00:00";
  rules.values["flyway:workingdirectory"] = "/";
  rules.values["flyway:table"] = database.history_table;
  rules.values["flyway:environment"] = project.environment;
  return rules;
}

}  // namespace

Subject read_subject(const project::Project& project, const project::Database& database) {
  const auto rules = set_rules(project);
  const auto base = std::filesystem::path(project.file).parent_path();
  const auto placeholders = placeholders_of(project, database, rules.placeholders);
  Subject subject{&project, &database, rules.naming, {}, {}, {}};
  subject.set = migrations::read_script_set(database.scripts.locations, base, rules);
  for (const auto& script : subject.set.scripts) {
    auto values = placeholders;
    values.enabled = script.config.placeholder_replacement.value_or(values.enabled);
    subject.scripts.push_back({&script, migrations::prepare_script(source_of(script), values, kServerMajor)});
  }
  for (auto& query : read_database_files(project, database).queries) {
    const auto name = std::filesystem::path(query.file).filename().string();
    subject.queries.push_back(
        {name, migrations::prepare_script(
                   {query.path, query.file, migrations::TextSource(std::move(query.bytes)), std::nullopt},
                   placeholders, kServerMajor)});
  }
  return subject;
}

std::vector<Diagnostic> refusals(const Subject& subject, std::string_view rule) {
  std::vector<Diagnostic> found;
  for (const auto& script : subject.scripts) {
    for (const auto& fault : script.prepared.diagnostics.list()) {
      if (fault.rule == rule) found.push_back(fault);
    }
  }
  return found;
}

}  // namespace windlass::generator
