#include "hook/settings/load.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "core/base/diagnostic.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/project/settings_file.hpp"
#include "hook/proxy/end_proxy.hpp"
#include "hook/settings/bindings.hpp"

extern char** environ;

namespace windlass::hook {
namespace {

constexpr std::size_t kFileLimit = 1U << 20U;
constexpr Milliseconds kShortestLease{2'000};
constexpr std::string_view kPrefix = "WINDLASS_";
constexpr std::string_view kFlagOrigin = "flag ";

// A value as somebody gave it, already taken apart, and where it came from.
struct Given {
  std::vector<std::string> pieces;
  std::string origin;
};

struct Problem {
  bool of_flag = false;
  std::string message;  // with its place in front
  std::string help;
  std::string rendered;  // the same for a list of several, with the source line where there is one
};

// What a value must be beyond its kind.
struct Rule {
  std::string_view name;
  bool (*holds)(const Settings&);
  std::string_view message;
  std::string_view help = {};
};

const std::array kRules{
    Rule{"database-port",
         [](const Settings& s) {
           return !s.database_port || (*s.database_port >= 1 && *s.database_port <= 65535);
         },
         "a port is a number from 1 to 65535"},
    Rule{"proxy-quit-url",
         [](const Settings& s) { return s.proxy_quit_url.empty() || parse_quit_url(s.proxy_quit_url); },
         "must be http://127.0.0.1:PORT/PATH", "The order goes to the pod itself and nowhere else."},
    Rule{"locations", [](const Settings& s) { return !s.locations.empty(); }, "no folder is named"},
    Rule{"layout", [](const Settings& s) { return s.layout == "flyway"; }, "the only layout is flyway"},
    Rule{"history-table", [](const Settings& s) { return !s.history_table.empty(); }, "the name is empty"},
    Rule{"sql-migration-prefix", [](const Settings& s) { return !s.sql_migration_prefix.empty(); },
         "the prefix is empty"},
    Rule{"sql-migration-separator", [](const Settings& s) { return !s.sql_migration_separator.empty(); },
         "the separator is empty"},
    Rule{"sql-migration-suffixes", [](const Settings& s) { return !s.sql_migration_suffixes.empty(); },
         "no suffix is named"},
    Rule{"placeholder-prefix", [](const Settings& s) { return !s.placeholder_prefix.empty(); },
         "the prefix is empty", "Set placeholder-replacement to false when scripts have no placeholders."},
    Rule{"placeholder-suffix", [](const Settings& s) { return !s.placeholder_suffix.empty(); },
         "the suffix is empty", "Set placeholder-replacement to false when scripts have no placeholders."},
    Rule{"tenant-kind",
         [](const Settings& s) { return s.tenant_kind == "schema" || s.tenant_kind == "database"; },
         "a tenant has a schema or a database of its own"},
    Rule{"tenant-shards", [](const Settings& s) { return s.tenant_shards >= 1; }, "must be at least 1"},
    Rule{"tenant-deadline", [](const Settings& s) { return s.tenant_deadline.count() > 0; },
         "must be longer than 0s"},
    Rule{"lock-timeout", [](const Settings& s) { return s.lock_timeout.count() > 0; },
         "must be longer than 0s",
         "Without a lock timeout one waiting statement stops every later query on its table."},
    Rule{"deadline", [](const Settings& s) { return s.deadline.count() > 0; }, "must be longer than 0s"},
    Rule{"lease-duration", [](const Settings& s) { return s.lease_duration >= kShortestLease; },
         "must be at least 2s", "A runner that is busy for a moment must not lose its lease."},
    Rule{"backup-retention", [](const Settings& s) { return s.backup_retention >= 1; }, "must be at least 1",
         "The backup that a run makes has to outlive it."},
};

// Names that Kubernetes puts into every pod for a Service called windlass or windlass-something.
bool is_service_link(std::string_view name, std::string_view value) {
  if (name.ends_with("_SERVICE_HOST") || name.find("_SERVICE_PORT") != std::string_view::npos) return true;
  const auto port = name.find("_PORT_");
  if (port != std::string_view::npos && port + 6 < name.size() &&
      std::isdigit(static_cast<unsigned char>(name[port + 6])) != 0) {
    return true;
  }
  return value.starts_with("tcp://") || value.starts_with("udp://") || value.starts_with("sctp://");
}

std::string without_line_end(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

class Loader {
 public:
  Loader(std::optional<Phase> phase, const Flags& flags, const Environment& environment)
      : flags_(flags), environment_(environment) {
    settings_.phase = phase;
  }

  LoadedSettings load() {
    for (const auto& row : setting_table()) reset(row);
    const auto& file_row = *find_setting("settings");
    if (const auto given = from_outside(file_row)) take(file_row, *given);
    if (!settings_.settings.empty()) read_settings_file();
    for (const auto& row : setting_table()) {
      if (row.name != file_row.name) resolve(row);
    }
    check_rules();
    check_connection();
    return {std::move(settings_), fault(), unknown_names()};
  }

 private:
  void reset(const SettingRow& row) {
    assign(settings_, row, split_value(row, row.default_value));
    if (const auto found = settings_.origins.find(row.name); found != settings_.origins.end()) {
      settings_.origins.erase(found);
    }
  }

  void resolve(const SettingRow& row) {
    if (const auto given = from_outside(row)) {
      take(row, *given);
    } else if (const auto found = file_.find(row.name); found != file_.end()) {
      take(row, found->second);
    }
  }

  // By flag or environment.
  std::optional<Given> from_outside(const SettingRow& row) {
    const auto environment = from_environment(row);
    const auto flag = flags_.find(row.name);
    if (flag == flags_.end() || flag->second.empty()) return environment;
    Given given{{}, fmt::format("{}--{}", kFlagOrigin, row.name)};
    for (const auto& value : flag->second) {
      // A repeated flag carries one entry each time, so that a map's value may hold commas.
      const auto pieces = row.kind == SettingKind::kMap ? std::vector{value} : split_value(row, value);
      given.pieces.insert(given.pieces.end(), pieces.begin(), pieces.end());
    }
    return given;
  }

  std::optional<Given> from_environment(const SettingRow& row) {
    const auto name = setting_environment_name(row.name);
    const auto value = environment_value(name);
    const auto path = environment_value(name + "_FILE");
    if (value && path) {
      add(false, fmt::format("{0} and {0}_FILE are both set", name), "Unset one of them.");
      return std::nullopt;
    }
    if (value) return Given{split_value(row, *value), name};
    if (!path) return from_kubernetes(row);
    try {
      const auto text = without_line_end(read_file(*path, kFileLimit));
      return Given{split_value(row, text), fmt::format("{}_FILE ({})", name, *path)};
    } catch (const Error& error) {
      add(false, fmt::format("{}_FILE: {}", name, error.what()), error.hint());
      return std::nullopt;
    }
  }

  // What the Job controller puts into each pod of an Indexed Job.
  std::optional<Given> from_kubernetes(const SettingRow& row) const {
    constexpr const char* kIndex = "JOB_COMPLETION_INDEX";
    const auto index = row.name == "tenant-index" ? environment_value(kIndex) : std::nullopt;
    return index ? std::optional(Given{{*index}, kIndex}) : std::nullopt;
  }

  std::optional<std::string> environment_value(const std::string& name) const {
    const auto found = environment_.find(name);
    if (found == environment_.end() || found->second.empty()) return std::nullopt;
    return found->second;
  }

  void read_settings_file() {
    const auto file = settings_.settings.string();
    try {
      const auto parsed = project::parse_settings_file(read_file(file, kFileLimit), file);
      for (const auto& diagnostic : parsed.diagnostics.list()) add(diagnostic);
      for (const auto& setting : parsed.settings) remember(setting);
    } catch (const Error& error) {
      const auto& origin = settings_.origins.find("settings")->second;
      add(origin.starts_with(kFlagOrigin), fmt::format("{}: {}", place("settings", origin), error.what()),
          origin.find("_FILE") == std::string::npos ? error.hint()
                                                    : "The file that WINDLASS_SETTINGS_FILE names holds a "
                                                      "path; WINDLASS_SETTINGS names the settings itself.");
    }
  }

  // The reader has refused what no setting is and what must not stand in a file.
  void remember(const project::FileSetting& setting) {
    file_[setting.name] = {
        setting.items.empty() ? split_value(*find_setting(setting.name), setting.value) : setting.items,
        to_string(setting.position)};
  }

  void take(const SettingRow& row, const Given& given) {
    const auto value_fault = assign(settings_, row, given.pieces);
    if (!value_fault) {
      settings_.origins[std::string(row.name)] = given.origin;
      return;
    }
    reset(row);
    add(given.origin.starts_with(kFlagOrigin),
        fmt::format("{}: {}", place(row.name, given.origin), value_fault->message), value_fault->help);
  }

  void check_rules() {
    for (const auto& rule : kRules) {
      if (rule.holds(settings_)) continue;
      const std::string origin = settings_.origins.find(rule.name)->second;
      add(origin.starts_with(kFlagOrigin), fmt::format("{}: {}", place(rule.name, origin), rule.message),
          std::string(rule.help));
      reset(*find_setting(rule.name));
    }
  }

  // A URL and the separate settings could contradict each other; only the password may come separately, so
  // that a URL without one can stand in a ConfigMap.
  void check_connection() {
    if (!settings_.is_set("database-url")) return;
    for (const auto* const name : {"database-host", "database-port", "database-name", "database-user"}) {
      const auto found = settings_.origins.find(std::string_view(name));
      if (found == settings_.origins.end()) continue;
      add(found->second.starts_with(kFlagOrigin),
          fmt::format("{}: database-url is set too, by {}", place(name, found->second),
                      settings_.origins.find("database-url")->second),
          "Give the URL or the separate settings, not both.");
    }
  }

  // How a fault names the setting: "--target", "WINDLASS_TARGET", "settings.yaml:3:5: target".
  std::string place(std::string_view name, const std::string& origin) const {
    if (origin.starts_with(kFlagOrigin)) return origin.substr(kFlagOrigin.size());
    if (origin.starts_with(kPrefix) || origin == "JOB_COMPLETION_INDEX") return origin;
    return fmt::format("{}: {}", origin, setting_file_key(name));
  }

  void add(bool of_flag, const std::string& message, const std::string& help) {
    problems_.push_back({of_flag, message, help,
                         "error: " + message + "\n" + (help.empty() ? "" : "  help: " + help + "\n")});
  }
  void add(const Diagnostic& diagnostic) {
    const auto message = fmt::format("{}: {}", to_string(diagnostic.position), diagnostic.message);
    problems_.push_back({false, message, diagnostic.help, to_text(diagnostic)});
  }

  std::optional<Error> fault() const {
    if (problems_.empty()) return std::nullopt;
    bool all_flags = true;
    std::string list;
    for (const auto& problem : problems_) {
      all_flags = all_flags && problem.of_flag;
      list += problem.rendered;
    }
    const auto code = all_flags ? ExitCode::kUsage : ExitCode::kConfiguration;
    if (problems_.size() == 1) return Error(code, problems_.front().message, problems_.front().help);
    return Error(code,
                 fmt::format("{} settings are wrong: {}; ...", problems_.size(), problems_.front().message),
                 "Correct them all; --explain-settings shows every value with its source.")
        .with_details(list);
  }

  std::vector<std::string> unknown_names() const {
    std::vector<std::string> known;
    for (const auto& row : setting_table()) {
      known.push_back(setting_environment_name(row.name));
      known.push_back(known.back() + "_FILE");
    }
    const std::vector<std::string_view> candidates(known.begin(), known.end());
    std::vector<std::string> warnings;
    for (auto entry = environment_.lower_bound(kPrefix);
         entry != environment_.end() && entry->first.starts_with(kPrefix); ++entry) {
      const bool is_known = std::find(known.begin(), known.end(), entry->first) != known.end();
      if (is_known || is_service_link(entry->first, entry->second)) continue;
      const auto meant = nearest(entry->first, candidates);
      warnings.push_back(fmt::format("{} is in the environment but is no setting{}", entry->first,
                                     meant.empty() ? "" : fmt::format("; did you mean {}?", meant)));
    }
    return warnings;
  }

  const Flags& flags_;
  const Environment& environment_;
  Settings settings_;
  std::map<std::string, Given, std::less<>> file_;
  std::vector<Problem> problems_;
};

}  // namespace

LoadedSettings load_settings(std::optional<Phase> phase, const Flags& flags, const Environment& environment) {
  return Loader(phase, flags, environment).load();
}

Environment process_environment() {
  Environment result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) result.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

}  // namespace windlass::hook
