#include "core/migrations/rollout.hpp"

#include <catch2/catch.hpp>

#include "plan_input.hpp"

using namespace windlass::migrations;

namespace {

// Scripts by name, contract ones with a "!" in front.
ScriptSet set_of(std::vector<std::string> names) {
  std::vector<std::string> contract;
  for (auto& name : names) {
    if (name.front() != '!') continue;
    name.erase(0, 1);
    contract.push_back(name);
  }
  ScriptSet set = scripts_named(names);
  for (auto& script : set.scripts)
    script.contract = std::find(contract.begin(), contract.end(), script.path) != contract.end();
  return set;
}

std::string said(const std::optional<OutOfTurn>& conflict, const Plan& plan) {
  if (conflict) return conflict->first->script->path + " before " + conflict->behind->script->path;
  std::string text;
  for (const auto& name : names_to_run(plan)) text += (text.empty() ? "" : " ") + name;
  return text;
}

struct Case {
  std::vector<std::string> names;
  int applied;  // of them, from the first
  std::string expand;
  std::string expand_first;  // on a database that no release has reached
  std::string contract;
};

}  // namespace

TEST_CASE("what runs before and after a rollout follows from the marks and the order of versions") {
  const auto [names, applied_count, expand, expand_first, contract] = GENERATE(values<Case>({
      {{"V1", "V2"}, 0, "V1 V2", "V1 V2", ""},
      {{"V1", "!V2"}, 0, "V1", "V1", "V1 before V2"},
      {{"V1", "!V2"}, 1, "", "", "V2"},
      {{"V1", "!V2"}, 2, "", "", ""},
      {{"V1", "!V2", "!V3"}, 1, "", "", "V2 V3"},
      {{"V1", "V2", "!V3", "R"}, 1, "V2 R", "V2 R", "V2 before V3"},
      {{"V1", "!V2", "R"}, 1, "R", "R", "V2"},
      {{"V1", "!V2", "V3"}, 1, "V2 before V3", "V2 V3", "V3 before V2"},
      {{"V1", "!V2", "V3", "!V4"}, 0, "V2 before V3", "V1 V2 V3", "V1 before V2"},
      {{"V1", "!V2", "V3", "!V4", "!V5"}, 3, "", "", "V4 V5"},
      {{"!V1"}, 0, "", "", "V1"},
  }));
  const auto file = [](const std::string& name) {
    const bool marked = name.front() == '!';
    const std::string bare = marked ? name.substr(1) : name;
    return bare + "__a.sql";
  };
  std::vector<std::string> files;
  std::vector<HistoryRow> rows;
  for (const auto& name : names) {
    files.push_back((name.front() == '!' ? "!" : "") + file(name));
    if (static_cast<int>(rows.size()) < applied_count)
      rows.push_back(applied(static_cast<int>(rows.size()) + 1, file(name)));
  }
  const auto short_of = [](std::string text) {
    for (auto at = text.find("__a.sql"); at != std::string::npos; at = text.find("__a.sql"))
      text.erase(at, 7);
    return text;
  };
  const ScriptSet set = set_of(files);
  CAPTURE(files, applied_count);
  Plan before = make_plan(set, rows, {});
  CHECK(short_of(said(keep_expand(before, Release::kLater), before)) == expand);
  Plan first = make_plan(set, rows, {});
  CHECK(short_of(said(keep_expand(first, Release::kFirst), first)) == expand_first);
  Plan after = make_plan(set, rows, {});
  CHECK(short_of(said(keep_contract(after), after)) == contract);
}
