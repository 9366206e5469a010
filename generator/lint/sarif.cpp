#include "generator/lint/sarif.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "generator/lint/rule.hpp"

namespace windlass::generator {
namespace {

using Json = nlohmann::ordered_json;

const char* level_of(Severity severity) { return severity == Severity::kError ? "error" : "warning"; }

bool stands_in_a_uri(char c) {
  const bool letter_or_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter_or_digit || std::string_view("-._~/").find(c) != std::string_view::npos;
}

// RFC 3986.
std::string uri_of(const std::string& file) {
  const auto path = std::filesystem::path(file).lexically_normal();
  std::string uri = path.is_absolute() ? "file://" : "";
  for (const char c : path.generic_string()) {
    uri += stands_in_a_uri(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

Json driver() {
  Json rules = Json::array();
  rules.push_back({{"id", kConfigRule},
                   {"shortDescription", {{"text", "windlass.yaml cannot be used, or will surprise."}}},
                   {"defaultConfiguration", {{"level", "error"}}}});
  for (const Rule* rule : lint_rules()) {
    rules.push_back({{"id", rule->id},
                     {"shortDescription", {{"text", rule->finds}}},
                     {"fullDescription", {{"text", rule->reason}}},
                     {"help", {{"text", rule->reason}}},
                     {"defaultConfiguration", {{"level", level_of(rule->severity)}}}});
  }
  return {{"name", "windlass lint"}, {"rules", std::move(rules)}};
}

Json location_of(const Diagnostic& finding) {
  const auto& at = finding.position;
  Json place = {{"artifactLocation", {{"uri", uri_of(at.file)}}}};
  if (at.line > 0) {
    place["region"] = {{"startLine", at.line}};
    if (at.column > 0) {
      place["region"]["startColumn"] = at.column;
      place["region"]["endColumn"] = at.column + finding.width;
    }
  }
  return {{"physicalLocation", std::move(place)}};
}

Json result_of(const Diagnostic& finding) {
  const std::string help = finding.help.empty() ? "" : ". " + finding.help;
  Json result = {{"ruleId", finding.rule},
                 {"level", level_of(finding.severity)},
                 {"message", {{"text", finding.message + help}}}};
  result["locations"] = Json::array();
  if (!finding.position.file.empty()) result["locations"].push_back(location_of(finding));
  return result;
}

}  // namespace

std::string to_sarif(const LintResult& result) {
  Json results = Json::array();
  for (const auto& finding : result.findings.list()) results.push_back(result_of(finding));
  Json run = {
      {"tool", {{"driver", driver()}}}, {"columnKind", "unicodeCodePoints"}, {"results", std::move(results)}};
  const Json log = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                    {"version", "2.1.0"},
                    {"runs", Json::array({std::move(run)})}};
  return log.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace windlass::generator
