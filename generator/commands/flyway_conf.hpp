// Reads a flyway.conf and writes it as a windlass.yaml.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace windlass::generator {

struct FlywayProperty {
  std::string name;  // with "flyway." in front
  std::string value;
  int line = 0;
};

// The properties of a flyway.conf as Flyway reads it: '#' and '!' comments, "=", ":" or a blank between name
// and value, a backslash at the end of a line continues it, others are literal. Lines without "flyway." are
// left out; of equal names the last stays. Environment variables, ${NAME}, are not expanded.
std::vector<FlywayProperty> parse_flyway_conf(std::string_view text);

struct MappedConf {
  std::string config;  // the text of windlass.yaml
  std::vector<std::string>
      unmapped;  // one line each: what has no place there and why; never a secret's value
};

// The conf's settings as a project `name` in `folder`. Locations are taken from the conf's folder and written
// relative to `folder`. Throws Error(kConfiguration) when the file cannot be read.
MappedConf map_flyway_conf(const std::filesystem::path& conf, const std::filesystem::path& folder,
                           const std::string& name);

}  // namespace windlass::generator
