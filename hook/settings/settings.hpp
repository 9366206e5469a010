// The settings of one run as typed values: one member for each row of core/contract's table.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/duration.hpp"
#include "core/base/log.hpp"
#include "core/base/secret.hpp"
#include "core/contract/phase.hpp"
#include "core/migrations/plan.hpp"
#include "core/migrations/script_set.hpp"

namespace windlass::hook {

enum class OutputFormat { kText, kJson };
enum class Batching { kAuto, kOff };

// What a setting means stands in its row of core/contract/settings.cpp; its default too.
struct Settings {
  std::optional<Phase> phase;  // nothing: the command line named none that there is

  std::filesystem::path settings;

  Secret database_url;
  Secret direct_database_url;
  std::string database_host;
  std::optional<int> database_port;
  std::string database_name;
  std::string database_user;
  Secret database_password;
  Milliseconds connect_timeout{};
  std::string proxy_quit_url;

  std::vector<std::string> locations;
  std::string layout;
  std::vector<std::string> verify_locations;
  std::string default_schema;
  std::vector<std::string> schemas;
  bool create_schemas = false;
  std::string history_table;
  std::string target;
  std::string script;
  bool out_of_order = false;
  bool defer_contract = false;
  bool validate_on_migrate = false;
  bool validate_migration_naming = false;
  bool fail_on_missing_locations = false;
  std::vector<std::string> ignore_migration_patterns;
  std::string baseline_version;
  std::string baseline_description;
  bool baseline_on_migrate = false;
  std::string installed_by;
  std::string encoding;
  std::string sql_migration_prefix;
  std::string undo_sql_migration_prefix;
  std::string repeatable_sql_migration_prefix;
  std::string baseline_migration_prefix;
  std::string sql_migration_separator;
  std::vector<std::string> sql_migration_suffixes;
  std::map<std::string, std::string> placeholders;  // names as written
  bool placeholder_replacement = false;
  std::string placeholder_prefix;
  std::string placeholder_suffix;
  bool skip_default_callbacks = false;
  std::string expect_digest;
  std::string expect_version;

  bool tenants = false;
  std::string tenant;
  std::filesystem::path tenant_list;
  std::string tenant_kind;
  std::string tenant_digest;
  int tenant_shards = 1;
  std::optional<int> tenant_index;
  Milliseconds tenant_deadline{};

  std::string environment;
  bool dry_run = false;
  Milliseconds lock_timeout{};
  Milliseconds statement_timeout{};  // 0: none
  Batching batch = Batching::kAuto;
  int retries = 0;
  Milliseconds deadline{};
  Milliseconds lock_wait{};
  Milliseconds lease_duration{};
  Milliseconds guard_wait{};
  std::vector<std::string> allow_not_valid;
  std::string confirm;
  Milliseconds safety_delay{};

  std::filesystem::path backup_dir;
  int backup_retention = 0;

  OutputFormat output = OutputFormat::kText;
  log::Format log_format = log::Format::kAuto;
  log::Level log_level = log::Level::kInfo;
  std::filesystem::path termination_log;
  std::map<std::string, std::string> run_labels;

  // Where each value came from, by the name of its setting: "flag --lock-timeout", "WINDLASS_LOCK_TIMEOUT",
  // "WINDLASS_LOCK_TIMEOUT_FILE (/run/secrets/x)", "settings.yaml:3:5". One that has its default is absent.
  std::map<std::string, std::string, std::less<>> origins;

  // Whether somebody set it, to whatever value.
  bool is_set(std::string_view name) const { return origins.find(name) != origins.end(); }
};

// What core/migrations asks for. The built-in placeholders (flyway:user and so on) are the caller's to add.
migrations::NamingRules naming_rules(const Settings& settings);
migrations::SetRules set_rules(const Settings& settings);
migrations::PlanSettings plan_settings(const Settings& settings);

}  // namespace windlass::hook
