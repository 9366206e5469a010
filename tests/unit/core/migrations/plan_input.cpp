#include "plan_input.hpp"

#include "core/migrations/checksum.hpp"
#include "core/migrations/plan_states.hpp"
#include "core/migrations/script_order.hpp"

namespace windlass::migrations {
namespace {

Script script_named(const std::string& file) {
  Script script;
  script.name = std::get<ScriptName>(parse_script_name(file, NamingRules{}).value());
  script.path = file;
  script.file = "sql/" + file;
  script.checksum = script.raw_checksum = checksum(file);
  return script;
}

}  // namespace

ScriptSet scripts_named(const std::vector<std::string>& files) {
  ScriptSet set;
  for (const std::string& file : files) set.scripts.push_back(script_named(file));
  sort_scripts(set.scripts);
  return set;
}

HistoryRow applied(int rank, const std::string& file) {
  const Script script = script_named(file);
  HistoryRow row;
  row.installed_rank = rank;
  if (script.name.version) row.version = script.name.version->text();
  row.description = script.name.description;
  row.type = script_type(script);
  row.script = file;
  row.checksum = script.checksum;
  return row;
}

HistoryRow failed(int rank, const std::string& file) {
  HistoryRow row = applied(rank, file);
  row.success = false;
  return row;
}

HistoryRow marker(int rank, const std::string& type, const std::string& version,
                  const std::string& description) {
  HistoryRow row;
  row.installed_rank = rank;
  if (!version.empty()) row.version = version;
  row.description = description;
  row.type = type;
  row.script = description;
  return row;
}

std::vector<std::string> lines_of(const Plan& plan) {
  std::vector<std::string> lines;
  for (const Entry& entry : plan.entries) {
    lines.push_back((entry.repeatable ? "-" : entry.version_text()) + " " + entry.description() + " " +
                    entry.type() + " " + std::string(state_name(entry.state)));
  }
  return lines;
}

std::vector<std::string> names_to_run(const Plan& plan) {
  std::vector<std::string> names;
  for (const Entry* entry : plan.to_run) names.push_back(entry->script->path);
  return names;
}

}  // namespace windlass::migrations
