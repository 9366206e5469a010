#include "hook/database/database_error.hpp"

#include <catch2/catch.hpp>

namespace windlass::hook {

TEST_CASE("each SQLSTATE has the exit code that says whether trying again can help") {
  struct Case {
    const char* sqlstate;
    ExitCode code;
  };
  const Case cases[] = {
      {"42501", ExitCode::kNotPermitted},  {"28P01", ExitCode::kNotPermitted},
      {"25006", ExitCode::kTransient},     {"53100", ExitCode::kTransient},
      {"53300", ExitCode::kTransient},     {"55P03", ExitCode::kTransient},
      {"40P01", ExitCode::kTransient},     {"40001", ExitCode::kTransient},
      {"57P01", ExitCode::kTransient},     {"08006", ExitCode::kTransient},
      {"3D000", ExitCode::kConfiguration}, {"3F000", ExitCode::kConfiguration},
      {"42P01", ExitCode::kInternal},      {"XX000", ExitCode::kInternal},
  };
  for (const auto& one : cases) {
    INFO(one.sqlstate);
    CHECK(database_error("doing", {one.sqlstate, "m", "", "", "", 0}).code() == one.code);
  }
}

TEST_CASE("an error says what was being done, the server's words and its detail") {
  const auto error = database_error("counting", {"42P01", "no such table", "ask around", "", "", 0});
  CHECK(std::string(error.what()) == "counting: no such table (SQLSTATE 42P01); ask around");
}

TEST_CASE("a lost connection says what the server said last") {
  const auto silent = lost_connection("counting");
  CHECK(std::string(silent.what()) == "counting: the connection to the database was lost");
  CHECK(silent.code() == ExitCode::kTransient);
  const auto told = lost_connection(
      "counting", {"57P05", "terminating connection due to idle-session timeout", "", "", "", 0});
  CHECK(
      std::string(told.what()) ==
      "counting: the connection to the database was lost: terminating connection due to idle-session timeout "
      "(SQLSTATE 57P05)");
  CHECK_THAT(told.hint(), Catch::Contains("idle_session_timeout"));
  CHECK(told.sqlstate().empty());
}

}  // namespace windlass::hook
