#include "core/contract/exit_code.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>

namespace windlass {

TEST_CASE("the codes and whether a Job is retried after them are those that outside tools rely on") {
  struct Row {
    int number;
    ExitCode code;
    const char* name;
    Retry retry;
  };
  const Row expected[] = {
      {0, ExitCode::kDone, "done", Retry::kNo},
      {1, ExitCode::kFound, "found", Retry::kNo},
      {64, ExitCode::kUsage, "usage", Retry::kNo},
      {65, ExitCode::kInvalidScripts, "invalid_scripts", Retry::kNo},
      {66, ExitCode::kNoScripts, "no_scripts", Retry::kNo},
      {69, ExitCode::kUnreachable, "unreachable", Retry::kYes},
      {70, ExitCode::kInternal, "internal", Retry::kYes},
      {73, ExitCode::kLocked, "locked", Retry::kYes},
      {75, ExitCode::kTransient, "transient", Retry::kYes},
      {76, ExitCode::kScriptFailed, "script_failed", Retry::kNo},
      {77, ExitCode::kNotPermitted, "not_permitted", Retry::kNo},
      {78, ExitCode::kConfiguration, "configuration", Retry::kNo},
      {79, ExitCode::kPartlyApplied, "partly_applied", Retry::kNo},
      {80, ExitCode::kRefused, "refused", Retry::kNo},
      {143, ExitCode::kTerminated, "terminated", Retry::kYes},
  };
  const auto table = exit_code_table();
  REQUIRE(table.size() == std::size(expected));
  for (std::size_t i = 0; i < table.size(); ++i) {
    CAPTURE(expected[i].number);
    CHECK(static_cast<int>(table[i].code) == expected[i].number);
    CHECK(table[i].code == expected[i].code);
    CHECK(table[i].name == expected[i].name);
    CHECK(table[i].retry == expected[i].retry);
    CHECK(&exit_code_row(expected[i].code) == &table[i]);
  }
}

TEST_CASE("the exit codes ascend, and each has a name of its own and a sentence") {
  std::set<std::string_view> names;
  int former = -1;
  for (const auto& row : exit_code_table()) {
    CHECK(static_cast<int>(row.code) > former);
    former = static_cast<int>(row.code);
    CHECK(names.insert(row.name).second);
    CHECK(row.meaning.ends_with('.'));
  }
}

}  // namespace windlass
