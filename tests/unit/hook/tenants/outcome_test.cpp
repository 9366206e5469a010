#include "hook/tenants/outcome.hpp"

#include <catch2/catch.hpp>

namespace windlass::hook {
namespace {

TenantRow row(const std::string& tenant, const std::string& state, ExitCode outcome = ExitCode::kDone,
              const std::string& message = "") {
  TenantRow row;
  row.tenant = tenant;
  row.state = state;
  row.outcome = outcome;
  row.message = message;
  return row;
}

}  // namespace

TEST_CASE("a failure that another pod may cure decides, else the gravest") {
  using enum ExitCode;
  const auto of = [](std::initializer_list<ExitCode> codes) {
    std::vector<TenantRow> rows;
    for (const auto code : codes) rows.push_back(row("a", "", code));
    return outcome_of(rows);
  };
  CHECK(of({}) == kDone);
  CHECK(of({kDone, kDone}) == kDone);
  CHECK(of({kDone, kNotPermitted, kRefused}) == kNotPermitted);
  CHECK(of({kNotPermitted, kScriptFailed}) == kScriptFailed);
  CHECK(of({kScriptFailed, kPartlyApplied, kInvalidScripts}) == kPartlyApplied);
  CHECK(of({kPartlyApplied, kLocked, kScriptFailed, kUnreachable}) == kLocked);
}

TEST_CASE("tenants are counted by what became of them") {
  CHECK(count_tenants({}) == "0 tenants");
  CHECK(count_tenants({row("a", "applied"), row("b", "failed"), row("c", "applied")}) ==
        "3 tenants: 2 applied, 1 failed");
}

TEST_CASE("failures are named, within a bound") {
  CHECK(name_failures({row("a", "applied"), row("b", "failed", ExitCode::kLocked, "locked"),
                       row("c", "not begun", ExitCode::kTerminated)}) == "b: locked");
  std::vector<TenantRow> many;
  for (int i = 0; i < 12; ++i)
    many.push_back(
        row("t" + std::to_string(i), "failed", ExitCode::kLocked, i == 0 ? std::string(300, 'x') : "no"));
  CHECK(name_failures(many) ==
        "t0: " + std::string(200, 'x') +
            "...; t1: no; t2: no; t3: no; t4: no; t5: no; t6: no; t7: no; t8: no; t9: no; "
            "and 2 more");
}

}  // namespace windlass::hook
