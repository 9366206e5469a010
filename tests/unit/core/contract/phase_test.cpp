#include "core/contract/phase.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace windlass {

TEST_CASE("the phases are those of the command line, each found by its name") {
  const std::vector<std::string_view> expected = {
      "preflight", "backup",   "migrate", "verify",  "contract", "guard",        "rollback",   "info",
      "validate",  "baseline", "repair",  "inspect", "resume",   "mark-applied", "mark-undone"};
  std::vector<std::string_view> names;
  for (const auto& row : phase_table()) {
    names.push_back(row.name);
    CHECK(phase_name(row.phase) == row.name);
    CHECK(parse_phase(row.name) == row.phase);
    CHECK(row.summary.ends_with('.'));
  }
  CHECK(names == expected);
}

TEST_CASE("what is no phase is none") {
  CHECK_FALSE(parse_phase("").has_value());
  CHECK_FALSE(parse_phase("Migrate").has_value());
  CHECK_FALSE(parse_phase("clean").has_value());
}

}  // namespace windlass
