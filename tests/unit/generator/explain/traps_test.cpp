// Each rule about traps against the manifests of tests/data/explain/traps: one that has the trap, one that
// has not. The first line says "# as: ENGINE [ENGINE...]"; a line of a trap ends in "# <- RULE".
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <regex>
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

std::string with_long_texts(std::string text) {
  const std::regex length("<([0-9]+) KiB>");
  for (std::smatch match; std::regex_search(text, match, length);) {
    const std::string filler(std::stoul(match[1]) * 1024, 'x');
    text.replace(static_cast<std::size_t>(match.position()), static_cast<std::size_t>(match.length()),
                 filler);
  }
  return text;
}

Case read_case(const std::string& rule, const fs::path& file) {
  Case result{with_long_texts(read_file(file, 1U << 20U)), {}, {}};
  const auto lines = split(result.text, '\n');
  REQUIRE(lines.at(0).starts_with("# as: "));
  for (const auto& word : split(lines[0].substr(6), ' ')) result.questions.push_back(question(word));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].ends_with("# <- " + rule)) result.lines.insert(static_cast<int>(i) + 1);
  }
  return result;
}

// The files whose names begin so.
std::vector<fs::path> files_of(const std::string& begin) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kTraps)) {
    if (entry.path().filename().string().starts_with(begin)) files.push_back(entry.path());
  }
  return files;
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
    const auto traps = files_of(id + ".trap");
    const auto fine = files_of(id + ".fine");
    INFO(id);
    CHECK_FALSE(traps.empty());
    CHECK_FALSE(fine.empty());
    for (const auto& file : traps) {
      INFO(file.filename().string());
      const auto given = read_case(id, file);
      CHECK_FALSE(given.lines.empty());
      for (const auto& asked : given.questions) CHECK(found_lines(id, given, asked) == given.lines);
    }
    for (const auto& file : fine) {
      INFO(file.filename().string());
      const auto given = read_case(id, file);
      CHECK(given.lines.empty());
      for (const auto& asked : given.questions) CHECK(found_lines(id, given, asked).empty());
    }
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
