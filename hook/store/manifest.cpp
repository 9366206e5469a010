#include "hook/store/manifest.hpp"

#include <nlohmann/json.hpp>

namespace windlass::hook {
namespace {

using Json = nlohmann::ordered_json;

struct Field {
  const char* key;
  std::string Manifest::*member;
};

constexpr Field kFields[] = {
    {"runId", &Manifest::run_id},
    {"environment", &Manifest::environment},
    {"database", &Manifest::database},
    {"identity", &Manifest::identity},
    {"server", &Manifest::server},
    {"serverVersion", &Manifest::server_version},
    {"dumpVersion", &Manifest::dump_version},
    {"versionFrom", &Manifest::version_from},
    {"target", &Manifest::target},
    {"historyDigest", &Manifest::history_digest},
    {"started", &Manifest::started},
    {"finished", &Manifest::finished},
    {"lsnBefore", &Manifest::lsn_before},
    {"lsnAfter", &Manifest::lsn_after},
};

}  // namespace

std::string to_json(const Manifest& manifest) {
  Json json = {{"schemaVersion", 1}};
  for (const auto& field : kFields) json[field.key] = manifest.*field.member;
  json["command"] = manifest.command;
  json["files"] = Json::array();
  for (const auto& file : manifest.files) {
    json["files"].push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<Manifest> parse_manifest(std::string_view text) {
  try {
    const auto json = Json::parse(text);
    if (json.at("schemaVersion") != 1) return std::nullopt;
    Manifest manifest;
    for (const auto& field : kFields) manifest.*field.member = json.at(field.key).get<std::string>();
    manifest.command = json.at("command").get<std::vector<std::string>>();
    for (const auto& file : json.at("files")) {
      manifest.files.push_back({file.at("name"), file.at("bytes"), file.at("sha256")});
    }
    return manifest;
  } catch (const Json::exception&) {
    return std::nullopt;  // half a file, or somebody else's: whoever reads decides what that means
  }
}

}  // namespace windlass::hook
