// The order of steps against the tables of tests/data/explain: what was seen on the real engines, or read in
// their code.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "generator/explain/read_input.hpp"
#include "generator/explain/step.hpp"

using namespace windlass::generator::explain;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

// "attempt 2: PreSync -1 create Job/backup"; without what a step does not have.
std::string line_of(const Step& step, const std::vector<Object>& objects) {
  std::string line = step.part.empty() ? "" : step.part + ": ";
  if (!step.phase.empty()) line += step.phase + " ";
  if (step.wave) line += std::to_string(*step.wave) + " ";
  return line + std::string(verb_name(step.verb)) + " " + objects[*step.object].label();
}

// {"kind": ..., "name": ..., "hook": ...} in place of a whole manifest; what else is there stands as it is.
json manifest_of(const json& shorthand) {
  json body{{"apiVersion", shorthand.value("apiVersion", "v1")},
            {"kind", shorthand.at("kind")},
            {"metadata", {{"annotations", shorthand.value("annotations", json::object())}}}};
  for (const auto* key : {"name", "generateName", "namespace"}) {
    if (shorthand.contains(key)) body["metadata"][key] = shorthand[key];
  }
  if (shorthand.contains("spec")) body["spec"] = shorthand["spec"];
  return body;
}

std::vector<Object> objects_of(const json& vector) {
  json list{{"apiVersion", "v1"}, {"kind", "List"}, {"items", json::array()}};
  for (const auto& each : vector.at("objects")) list["items"].push_back(manifest_of(each));
  std::istringstream text(list.dump());
  return read_input({"-"}, "", text).objects;
}

std::vector<std::string> order_of(const json& vector) {
  const auto question = question_of(vector.at("as"), vector.at("event"), vector.value("helmVersion", ""));
  const auto objects = objects_of(vector);
  std::set<std::string_view> rules;
  for (const auto& rule : engine_rules()) rules.insert(rule.id);
  std::vector<std::string> lines;
  for (const auto& step : explain_steps(question, objects)) {
    INFO(step.rule);
    CHECK(rules.contains(step.rule));
    CHECK_FALSE(step.reason.empty());
    if (step.object && step.verb != Verb::kSay) lines.push_back(line_of(step, objects));
  }
  return lines;
}

}  // namespace

TEST_CASE("the order is that of the real engines") {
  std::vector<fs::path> tables;
  for (const auto& entry : fs::directory_iterator(WINDLASS_DATA)) {
    if (entry.path().extension() == ".json") tables.push_back(entry.path());
  }
  std::sort(tables.begin(), tables.end());
  std::size_t count = 0;
  for (const auto& table : tables) {
    for (const auto& vector : json::parse(std::ifstream(table))) {
      INFO(table.filename().string() << ": " << vector.at("name") << " (" << vector.at("from") << ")");
      CHECK(order_of(vector) == vector.at("order").get<std::vector<std::string>>());
      ++count;
    }
  }
  REQUIRE(count >= 30);
}
