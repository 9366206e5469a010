// Each rule about traps against the manifests of tests/data/explain/traps: one that has the trap, one that
// has not. The first line says "# as: ENGINE [ENGINE...]"; a line of a trap ends in "# <- RULE".
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <sstream>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "generator/explain/read_input.hpp"
#include "generator/explain/trap.hpp"
#include "tests/support/golden_file.hpp"

using namespace windlass;
using namespace windlass::generator::explain;
namespace fs = std::filesystem;

namespace {

const fs::path kTraps = fs::path(WINDLASS_DATA) / "traps";

struct Case {
  std::string text;
  std::vector<Question> questions;
  std::set<int> lines;  // that have a trap of the rule
};

Question question(const std::string& word) {
  return word == "argocd" ? question_of("argocd", "first-sync", "")
                          : question_of("helm", "install", word.substr(4));
}

Case read_case(const std::string& rule, const std::string& name) {
  Case result{read_file(kTraps / (rule + "." + name + ".yaml"), 1U << 20U), {}, {}};
  const auto lines = split(result.text, '\n');
  REQUIRE(lines.at(0).starts_with("# as: "));
  for (const auto& word : split(lines[0].substr(6), ' ')) result.questions.push_back(question(word));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].ends_with("# <- " + rule)) result.lines.insert(static_cast<int>(i) + 1);
  }
  return result;
}

std::set<int> found_lines(const std::string& rule, const Case& given, const Question& question) {
  std::istringstream text(given.text);
  const auto objects = read_input({"-"}, "", text).objects;
  std::set<int> lines;
  for (const auto& trap : find_traps(objects, question)) {
    if (trap.rule != rule) continue;
    CHECK_FALSE(trap.message.ends_with("."));
    CHECK(trap.change.ends_with("."));
    lines.insert(place_of(objects[trap.object], trap.pointer).line);
  }
  return lines;
}

}  // namespace

TEST_CASE("each trap is found where it is, and only there") {
  REQUIRE_FALSE(trap_rules().empty());
  for (const auto* rule : trap_rules()) {
    const std::string id(rule->id);
    const auto trap = read_case(id, "trap");
    const auto fine = read_case(id, "fine");
    INFO(id);
    CHECK_FALSE(trap.lines.empty());
    CHECK(fine.lines.empty());
    for (const auto& asked : trap.questions) CHECK(found_lines(id, trap, asked) == trap.lines);
    for (const auto& asked : fine.questions) CHECK(found_lines(id, fine, asked).empty());
  }
}

TEST_CASE("no manifests of traps are left that no rule reads") {
  std::set<std::string> ids;
  for (const auto* rule : trap_rules()) CHECK(ids.insert(std::string(rule->id)).second);
  for (const auto& entry : fs::directory_iterator(kTraps)) {
    const auto name = entry.path().filename().string();
    CHECK(ids.contains(name.substr(0, name.find('.'))));
  }
}

TEST_CASE("docs/explain.md describes every trap as the rules do") {
  const fs::path page = fs::path(WINDLASS_DOCS) / "explain.md";
  const std::string heading = "\n## The traps\n";
  const auto text = read_file(page, 1U << 20U);
  const auto at = text.find(heading);
  REQUIRE(at != std::string::npos);
  check_golden_file(page, text.substr(0, at + heading.size()) + trap_reference());
}
