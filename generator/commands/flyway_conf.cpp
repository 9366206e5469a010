#include "generator/commands/flyway_conf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/project/format.hpp"
#include "core/project/keys.hpp"

namespace windlass::generator {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestConf = 1024 * 1024;
constexpr std::string_view kPrefix = "flyway.";

// Flyway's keys that have no place in windlass.yaml, and what holds instead.
struct Refusal {
  std::string_view name;  // a trailing '*' stands for the rest
  std::string_view reason;
};
constexpr std::array kRefusals{
    Refusal{"password", "put it into the Secret that passwordSecret names"},
    Refusal{"driver", "connections are libpq's"},
    Refusal{"jdbcProperties.*", "put libpq's parameters into the connection URL of a Secret"},
    Refusal{"initSql", "write an afterConnect callback script"},
    Refusal{"clean*", "there is no clean: nothing here drops a schema"},
    Refusal{"mixed", "statements that cannot run in a transaction are found and bracketed by themselves"},
    Refusal{"group", "each script is a transaction of its own"},
    Refusal{"executeInTransaction", "write it into the script's own .conf file"},
    Refusal{"connectRetries*", "spec.migration.limits.connectTimeout bounds the wait"},
    Refusal{"callbacks", "Java code is not run; SQL callbacks beside the scripts are"},
    Refusal{"resolvers", "Java code is not run"},
    Refusal{"jarDirs", "Java code is not run"},
    Refusal{"environment", "environments stand under spec.environments"},
};

// JSON's strings are YAML's double-quoted scalars.
std::string quote(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string quote_list(const std::vector<std::string>& items) {
  std::vector<std::string> quoted;
  for (const auto& item : items) quoted.push_back(quote(item));
  return "[" + join(quoted, ", ") + "]";
}

std::vector<std::string> list_of(const std::string& value) {
  std::vector<std::string> items;
  for (const auto& part : split(value, ',')) {
    if (const auto item = trim(part); !item.empty()) items.emplace_back(item);
  }
  return items;
}

// What a JDBC URL of PostgreSQL says.
struct JdbcUrl {
  std::string host, port, database;
  std::map<std::string, std::string> parameters;
};

// Nothing for other databases and for several hosts.
std::optional<JdbcUrl> parse_jdbc_url(std::string_view url) {
  constexpr std::string_view kScheme = "jdbc:postgresql:";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  JdbcUrl result{"localhost", {}, {}, {}};
  const auto question = url.find('?');
  if (question != std::string_view::npos) {
    for (const auto& pair : split(url.substr(question + 1), '&')) {
      const auto equals = pair.find('=');
      if (equals != std::string::npos) result.parameters[pair.substr(0, equals)] = pair.substr(equals + 1);
    }
    url = url.substr(0, question);
  }
  if (url.starts_with("//")) {
    url.remove_prefix(2);
    const auto slash = url.find('/');
    const auto authority = url.substr(0, slash);
    if (authority.find(',') != std::string_view::npos) return std::nullopt;
    const auto colon = authority.rfind(':');
    const bool has_port =
        colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
    if (!authority.empty()) result.host = authority.substr(0, has_port ? colon : std::string_view::npos);
    if (has_port) result.port = authority.substr(colon + 1);
    url = slash == std::string_view::npos ? std::string_view() : url.substr(slash + 1);
  }
  result.database = url;
  return result;
}

// Collects the sections of windlass.yaml while it goes through the properties.
class ConfMapper {
 public:
  ConfMapper(fs::path conf, fs::path folder, std::string project)
      : conf_(std::move(conf)), folder_(std::move(folder)), project_(std::move(project)) {}

  MappedConf map(const std::vector<FlywayProperty>& properties) {
    for (const auto& property : properties) {
      if (property.value.find("${") != std::string::npos &&
          !property.name.starts_with("flyway.placeholder")) {
        refuse(property, "its value comes from an environment variable");
      } else {
        map_property(property, property.name.substr(kPrefix.size()));
      }
    }
    return {text(), std::move(unmapped_)};
  }

 private:
  void refuse(const FlywayProperty& property, std::string_view reason) {
    unmapped_.push_back(fmt::format("line {}: {}: {}", property.line, property.name, reason));
  }

  void map_property(const FlywayProperty& property, const std::string& name) {
    constexpr std::string_view kPlaceholders = "placeholders.";
    if (name == "url") return map_url(property);
    if (name == "user") {
      user_ = property.value;
    } else if (name == "locations") {
      map_locations(property);
    } else if (name == "schemas") {
      database_ += "      schemas: " + quote_list(list_of(property.value)) + "\n";
    } else if (name == "defaultSchema") {
      database_ += "      defaultSchema: " + quote(property.value) + "\n";
    } else if (name == "table") {
      database_ += "      historyTable: " + quote(property.value) + "\n";
    } else if (name.starts_with(kPlaceholders)) {
      map_placeholder(property, name.substr(kPlaceholders.size()));
    } else if (name == "lockRetryCount") {
      map_lock_retries(property);
    } else if (!map_setting(property, name)) {
      refuse(property, reason_against(name));
    }
  }

  static std::string_view reason_against(std::string_view name) {
    for (const auto& refusal : kRefusals) {
      const bool open = refusal.name.ends_with('*');
      const auto stem = refusal.name.substr(0, refusal.name.size() - (open ? 1 : 0));
      if (open ? name.starts_with(stem) : name == stem) return refusal.reason;
    }
    return "there is no such setting";
  }

  void map_url(const FlywayProperty& property) {
    const auto url = parse_jdbc_url(property.value);
    if (!url) return refuse(property, "only jdbc:postgresql: with one host can be taken over");
    name_ = url->database;
    host_ = url->host;
    port_ = url->port;
    for (const auto& [name, value] : url->parameters) {
      if (name == "user") {
        if (user_.empty()) user_ = value;
      } else if (name == "sslmode") {
        ssl_mode_ = value;
      } else if (name == "password") {
        refuse(property, "the password in it: put it into the Secret that passwordSecret names");
      } else {
        refuse(property, fmt::format("its parameter {}", name));
      }
    }
  }

  void map_locations(const FlywayProperty& property) {
    constexpr std::string_view kScheme = "filesystem:";
    std::vector<std::string> folders;
    for (const auto& location : list_of(property.value)) {
      const bool marked = location.starts_with(kScheme);
      const std::string path = marked ? location.substr(kScheme.size()) : location;
      if (!marked && path.find(':') != std::string::npos) {
        refuse(property, fmt::format("{} is no folder", location));
        continue;
      }
      const fs::path base = fs::absolute(conf_).lexically_normal().parent_path();
      const fs::path here = fs::absolute(folder_ / "").lexically_normal();
      folders.push_back((base / path).lexically_normal().lexically_relative(here).generic_string());
    }
    if (!folders.empty()) locations_ = quote_list(folders);
  }

  void map_placeholder(const FlywayProperty& property, const std::string& name) {
    if (property.value.find("${") != std::string::npos) {
      return refuse(property, "its value comes from an environment variable");
    }
    placeholders_ += fmt::format("      {}: {}\n", quote(name), quote(property.value));
  }

  // Flyway tries once a second.
  void map_lock_retries(const FlywayProperty& property) {
    const auto retries = project::parse_number(property.value);
    if (!retries || *retries < 0) return refuse(property, "the wait for a lock has a bound");
    migration_ += fmt::format("    limits:\n      lockWait: {}s\n", *retries);
  }

  bool map_setting(const FlywayProperty& property, const std::string& name) {
    const auto& keys = project::keys_below("spec.migration");
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const project::Key* each) {
      return !each->setting.empty() && each->name() == name;
    });
    if (key == keys.end()) return false;
    std::string value = quote(property.value);
    if ((*key)->shape == project::Shape::kList) value = quote_list(list_of(property.value));
    if ((*key)->format == project::Format::kBool) value = to_lower(property.value);
    migration_ += fmt::format("    {}: {}\n", name, value);
    return true;
  }

  std::string connection() const {
    if (host_.empty()) return {};
    std::string result = "      connection:\n        host: " + quote(host_) + "\n";
    if (!port_.empty()) result += "        port: " + port_ + "\n";
    if (!user_.empty()) result += "        user: " + quote(user_) + "\n";
    result += fmt::format(
        "        passwordSecret:         # a Secret that exists\n          name: {}-main\n"
        "          key: password\n",
        project_);
    if (!ssl_mode_.empty()) result += "        sslMode: " + quote(ssl_mode_) + "\n";
    return result;
  }

  std::string text() const {
    std::string result = fmt::format(
        "# Made from {}. Every key: windlass schema, docs/config.md.\n"
        "apiVersion: windlass.dev/v1\nkind: ProjectConfig\nmetadata:\n  name: {}\n\nspec:\n  databases:\n    "
        "main:\n"
        "      name: {}\n{}",
        conf_.filename().string(), project_, quote(name_.empty() ? project_ : name_), database_);
    if (!locations_.empty()) result += "      scripts:\n        locations: " + locations_ + "\n";
    result += connection();
    const std::string placeholders = placeholders_.empty() ? "" : "    placeholders:\n" + placeholders_;
    if (!migration_.empty() || !placeholders.empty())
      result += "\n  migration:\n" + migration_ + placeholders;
    return result;
  }

  fs::path conf_, folder_;
  std::string project_;
  std::string name_, host_, port_, user_, ssl_mode_, locations_;
  std::string database_, migration_, placeholders_;  // lines of their sections
  std::vector<std::string> unmapped_;
};

// Lines put together where a backslash ends them; each with the number of its first.
std::vector<std::pair<int, std::string>> logical_lines(std::string_view text) {
  std::vector<std::pair<int, std::string>> lines;
  int number = 0;
  bool continued = false;
  for (const auto& raw : split(text, '\n')) {
    ++number;
    std::string_view line = raw;
    if (line.ends_with('\r')) line.remove_suffix(1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t\f"), line.size()));
    const bool comment = !continued && (line.starts_with('#') || line.starts_with('!'));
    const bool continues = !comment && line.ends_with('\\');
    if (continues) line.remove_suffix(1);
    if (continued) {
      lines.back().second += line;
    } else if (!comment) {
      lines.emplace_back(number, line);
    }
    continued = continues;
  }
  return lines;
}

}  // namespace

std::vector<FlywayProperty> parse_flyway_conf(std::string_view text) {
  std::vector<FlywayProperty> properties;
  for (const auto& [number, line] : logical_lines(text)) {
    const auto name_end = std::min(line.find_first_of("=: \t"), line.size());
    std::string name = line.substr(0, name_end);
    if (!name.starts_with(kPrefix)) continue;
    auto value = trim(std::string_view(line).substr(name_end));
    if (value.starts_with('=') || value.starts_with(':')) value = trim(value.substr(1));
    const auto same = std::find_if(properties.begin(), properties.end(),
                                   [&](const FlywayProperty& property) { return property.name == name; });
    if (same != properties.end()) properties.erase(same);
    properties.push_back({std::move(name), std::string(value), number});
  }
  return properties;
}

MappedConf map_flyway_conf(const fs::path& conf, const fs::path& folder, const std::string& name) {
  return ConfMapper(conf, folder, name).map(parse_flyway_conf(read_file(conf, kLargestConf)));
}

}  // namespace windlass::generator
