#include "generator/plan/environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <map>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/text.hpp"
#include "core/contract/labels.hpp"
#include "core/contract/settings.hpp"
#include "generator/plan/credentials.hpp"
#include "generator/plan/delivery.hpp"
#include "generator/plan/proxy.hpp"

namespace windlass::generator {
namespace {

using project::Map;
using project::SecretKey;
struct FilePath {
  std::string path;
};
using Value = std::variant<std::string, std::vector<std::string>, Map, SecretKey, FilePath>;
using Values = std::map<std::string, Value, std::less<>>;  // by the setting's name

// What is known of the files: where the pods find them depends on how they come there.
struct Delivered {
  const DatabaseFiles& files;
  project::DeliveryMethod method;
};

std::vector<std::string> in_pod(const project::Project& project, project::DeliveryMethod method,
                                std::string_view mount, const std::vector<ScriptFolder>& folders) {
  std::vector<std::string> result;
  for (const auto& folder : folders) result.push_back(folder_in_pod(project, method, mount, folder));
  return result;
}

void add_connection(Values& values, const project::Kubernetes& kubernetes,
                    const project::Database& database) {
  const auto& connection = database.connection;
  const auto files = credential_files(connection);
  if (connection.proxy && proxy_form(kubernetes) == ProxyForm::kContainer)
    values["proxy-quit-url"] = std::string(kProxyQuitUrl);
  if (connection.direct_url) values["direct-database-url"] = *connection.direct_url;
  if (connection.url) {
    values["database-url"] = *connection.url;
    return;
  }
  if (!files.url.empty()) {
    values["database-url"] = FilePath{files.url};
    return;
  }
  values["database-host"] = connection.host;
  values["database-port"] = std::to_string(connection.port);
  values["database-name"] = database.name;
  if (connection.user_secret) {
    values["database-user"] = *connection.user_secret;
  } else if (!files.user.empty()) {
    values["database-user"] = FilePath{files.user};
  } else {
    values["database-user"] = connection.user;
  }
  if (connection.password) values["database-password"] = *connection.password;
  if (!files.password.empty()) values["database-password"] = FilePath{files.password};
}

// What every phase may need, whether it has the scripts at hand or not.
void add_run(Values& values, const project::Project& project, const project::Database& database) {
  const auto& limits = project.migration.limits;
  values["default-schema"] = database.default_schema;
  values["schemas"] = database.schemas;
  values["history-table"] = database.history_table;
  values["environment"] = project.environment;
  values["placeholders"] = project.migration.placeholders;
  values["lock-timeout"] = format_duration(limits.lock_timeout);
  values["statement-timeout"] = format_duration(limits.statement_timeout);
  values["retries"] = std::to_string(limits.retries);
  values["deadline"] = format_duration(limits.deadline);
  values["run-labels"] =
      Map{{"database", database.key}, {"image", project.kubernetes.image}, {"project", project.name}};
}

void add_scripts(Values& values, const project::Project& project, const project::Database& database,
                 const Delivered& delivered) {
  const auto& [files, method] = delivered;
  values["locations"] = in_pod(project, method, contract::kScriptsMount, files.locations);
  values["layout"] = database.scripts.layout;
  values["expect-digest"] = files.set_digest;
}

void add_phase(Values& values, const project::Project& project, const Delivered& delivered, Phase phase) {
  const auto& [files, method] = delivered;
  if (phase == Phase::kVerify) {
    values["verify-locations"] = in_pod(project, method, contract::kVerifyMount, files.verify_locations);
    values["expect-version"] = files.expand_version;
    values["allow-not-valid"] = project.verify.allow_not_valid;
  }
  if (files.has_contract && (phase == Phase::kMigrate || phase == Phase::kVerify))
    values["defer-contract"] = std::string("true");
  if (phase == Phase::kBackup) {
    values["backup-dir"] = std::string(contract::kBackupMount);
    values["backup-retention"] = std::to_string(project.backup.retention);
  }
}

// What rollback has of it is for the operator, who names a tenant.
void add_tenants(Values& values, const project::Database& database, const DatabaseFiles& files, Phase phase) {
  if (!database.tenants || phase == Phase::kGuard) return;
  const auto& tenants = *database.tenants;
  values["tenant-kind"] = std::string(project::tenant_kind_name(tenants.kind));
  if (phase == Phase::kRollback) return;
  values["tenants"] = std::string("true");
  values["tenant-list"] = fmt::format("{}/{}", contract::kTenantsMount, contract::kTenantsKey);
  values["tenant-digest"] = files.tenants_digest;
  values["tenant-shards"] = std::to_string(tenants.shards);
  values["tenant-deadline"] = format_duration(tenants.deadline);
}

// The guard runs in the application's pod, under a role that may do nothing but read the history.
void keep_for_guard(Values& values, const project::Database& database, const DatabaseFiles& files) {
  constexpr std::array<std::string_view, 11> kKept = {"database-url",   "database-host",  "database-port",
                                                      "database-name",  "database-user",  "database-password",
                                                      "default-schema", "history-table",  "environment",
                                                      "guard-wait",     "connect-timeout"};
  std::erase_if(values, [&](const auto& entry) {
    return std::find(kKept.begin(), kKept.end(), entry.first) == kKept.end();
  });
  if (!database.connection.guard_user.empty()) values["database-user"] = database.connection.guard_user;
  if (database.default_schema.empty() && !database.schemas.empty())
    values["default-schema"] = database.schemas.front();
  // A set without versioned scripts has no version to wait for. Contract scripts wait for the application.
  values[files.expand_version.empty() ? "expect-digest" : "expect-version"] =
      files.expand_version.empty() ? files.set_digest : files.expand_version;
}

Values collect(const project::Project& project, const project::Database& database, const Delivered& delivered,
               Phase phase) {
  Values values;
  for (const auto& [name, value] : project.migration.settings) values[name] = value;
  add_connection(values, project.kubernetes, database);
  add_run(values, project, database);
  add_tenants(values, database, delivered.files, phase);
  if (phase == Phase::kGuard) {
    keep_for_guard(values, database, delivered.files);
  } else if (phase == Phase::kRollback) {
    // The undo scripts come from the database, so that the Job outlives the release that it belongs to.
    values.erase("target");
  } else {
    add_scripts(values, project, database, delivered);
    add_phase(values, project, delivered, phase);
  }
  return values;
}

bool fits_environment(std::string_view entry) {
  return !entry.empty() && entry.find_first_of(",\n") == std::string_view::npos && trim(entry) == entry;
}

Tree secret_reference(const SecretKey& secret) {
  return Members{{"secretKeyRef", Members{{"name", secret.name}, {"key", secret.key}}}};
}

std::vector<std::pair<const SettingRow*, const Value*>> in_table_order(const Values& values) {
  std::vector<std::pair<const SettingRow*, const Value*>> result;
  for (const auto& [name, value] : values) {
    result.emplace_back(find_setting(name), &value);
    assert(result.back().first != nullptr);
  }
  std::sort(result.begin(), result.end());  // by row, which no two share
  return result;
}

class Writer {
 public:
  void add(const SettingRow& row, const Value& value) {
    const auto name = [&] { return setting_environment_name(row.name); };
    if (const auto* secret = std::get_if<SecretKey>(&value)) {
      result_.environment.push_back(Members{{"name", name()}, {"valueFrom", secret_reference(*secret)}});
    } else if (const auto* file = std::get_if<FilePath>(&value)) {
      add_literal(name() + "_FILE", file->path);
    } else if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
      add_list(row, *list);
    } else if (const auto* map = std::get_if<Map>(&value)) {
      add_map(row, *map);
    } else {
      add_text(row, std::get<std::string>(value));
    }
  }

  void add_literal(std::string_view name, std::string_view value) {
    result_.environment.push_back(Members{{"name", name}, {"value", escape_expansion(value)}});
  }

  ContainerSettings take() { return std::move(result_); }

 private:
  void add_text(const SettingRow& row, std::string_view text) {
    if (text.empty() || text == row.default_value) return;
    add_literal(setting_environment_name(row.name), text);
  }

  void add_list(const SettingRow& row, const std::vector<std::string>& entries) {
    if (std::all_of(entries.begin(), entries.end(), fits_environment))
      return add_text(row, join(entries, ","));
    List list(entries.begin(), entries.end());
    result_.settings_file.push_back({setting_file_key(row.name), std::move(list)});
  }

  void add_map(const SettingRow& row, const Map& map) {
    std::vector<std::string> entries;
    Members members;
    for (const auto& [key, value] : map) {
      entries.push_back(fmt::format("{}={}", key, value));
      members.push_back({key, value});
    }
    if (std::all_of(entries.begin(), entries.end(), fits_environment))
      return add_text(row, join(entries, ","));
    result_.settings_file.push_back({setting_file_key(row.name), std::move(members)});
  }

  ContainerSettings result_;
};

// A proxy in the pod takes plain connections, and encrypts what leaves the pod.
void add_tls(const project::Connection& connection, Writer& writer) {
  const std::string mode = connection.proxy ? "disable" : connection.ssl_mode;
  if (!mode.empty()) writer.add_literal("PGSSLMODE", mode);
  if (const auto file = authorities_file(connection); !file.empty())
    writer.add_literal("PGSSLROOTCERT", file);
}

}  // namespace

std::string escape_expansion(std::string_view value) {
  std::string result;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char next = i + 1 < value.size() ? value[i + 1] : '\0';
    if (value[i] == '$' && (next == '$' || next == '(')) result += '$';
    result += value[i];
  }
  return result;
}

ContainerSettings container_settings(const project::Project& project, const project::Database& database,
                                     const DatabaseFiles& files, project::DeliveryMethod delivery,
                                     Phase phase, DryRun dry_run) {
  Values values = collect(project, database, {files, delivery}, phase);
  if (dry_run == DryRun::kYes) values["dry-run"] = std::string("true");
  Writer writer;
  for (const auto& [row, value] : in_table_order(values)) writer.add(*row, *value);
  if (phase == Phase::kRollback) {
    writer.add_literal("WINDLASS_TARGET", "");
    writer.add_literal("WINDLASS_CONFIRM", "");
    if (database.tenants) writer.add_literal("WINDLASS_TENANT", "");
  }
  add_tls(database.connection, writer);
  for (const auto& [name, value] : project.kubernetes.env) {
    // The application's pod gets only what says how to connect.
    if (phase != Phase::kGuard || name.starts_with("PG")) writer.add_literal(name, value);
  }
  return writer.take();
}

}  // namespace windlass::generator
