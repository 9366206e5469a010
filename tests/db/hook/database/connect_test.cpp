#include "hook/database/connect.hpp"

#include <catch2/catch.hpp>

#include "tests/db/hook/connected.hpp"

namespace windlass::hook {
namespace {

Error connect_error(const ConnectionTarget& target, Milliseconds limit = Milliseconds(1'500)) {
  const SystemClock clock;
  const StopSignal stop;
  try {
    connect(target, "windlass test", limit, clock, stop);
  } catch (const Error& error) {
    return error;
  }
  FAIL("connected");
  return Error(ExitCode::kInternal, "");
}

std::string server_port() { return std::to_string(windlass::testing::test_server().port()); }

}  // namespace

TEST_CASE("a wrong password is refused at once and is not in the message") {
  const windlass::testing::TestDatabase server;
  ConnectionTarget target{server.url(), "", {}, "", "", Secret("wr0ng-secret")};
  const Error error = connect_error(target, Milliseconds(60'000));
  CHECK(error.code() == ExitCode::kNotPermitted);
  CHECK(std::string(error.what()) ==
        "the database refused the role: password authentication failed for user \"" + server.owner() + "\"");
}

TEST_CASE("a missing password is refused at once") {
  const windlass::testing::TestDatabase server;
  const ConnectionTarget target{
      Secret("host=127.0.0.1 port=" + server_port() + " dbname=" + server.name() + " user=" + server.owner()),
      "",
      {},
      "",
      "",
      Secret()};
  const Error error = connect_error(target, Milliseconds(60'000));
  CHECK(error.code() == ExitCode::kNotPermitted);
}

TEST_CASE("a database that does not exist is a matter of configuration") {
  const windlass::testing::TestDatabase server;
  ConnectionTarget target{server.url(), "", {}, "nowhere", "", Secret()};
  const Error error = connect_error(target, Milliseconds(60'000));
  CHECK(error.code() == ExitCode::kConfiguration);
  CHECK(std::string(error.what()) == "database \"nowhere\" does not exist");
}

TEST_CASE("a host that refuses is tried until the limit is over") {
  const Error error =
      connect_error({Secret("postgresql://u:s3cret@127.0.0.1:1/d"), "", {}, "", "", Secret()});
  CHECK(error.code() == ExitCode::kUnreachable);
  CHECK_THAT(error.what(), Catch::StartsWith("the database could not be reached within 1500ms: "));
  CHECK_THAT(error.what(), Catch::Contains("Connection refused"));
  CHECK_THAT(error.what(), !Catch::Contains("s3cret"));
}

TEST_CASE("a URL that is not valid is not quoted") {
  for (const auto* url :
       {"postgresql://u:s3cret@h:port/d", "host=h passwords3cret", "postgresql://u:s3cret%zz@h/d",
        "postgresql://u:s3@cret@h/d", "postgresql://u:s3/cret@h/d"}) {
    const Error error = connect_error({Secret(url), "", {}, "", "", Secret()});
    CHECK(error.code() == ExitCode::kConfiguration);
    CHECK(std::string(error.what()) == "the database URL is not valid");
  }
}

TEST_CASE("a stop request ends the waiting for a server") {
  const SystemClock clock;
  const StopSignal stop;
  stop.request();
  try {
    connect({Secret("postgresql://u@127.0.0.1:1/d"), "", {}, "", "", Secret()}, "test", Milliseconds(60'000),
            clock, stop);
    FAIL("connected");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kTerminated);
  }
}

TEST_CASE("the session names its application and gives up statements of a vanished client") {
  Connected db;
  CHECK(db.value("SHOW application_name") == "windlass test");
  if (db.session().server_major() >= 14) CHECK(db.value("SHOW client_connection_check_interval") == "1s");
}

TEST_CASE("a child process gets the target through libpq's variables") {
  const auto environment =
      libpq_environment({Secret("postgresql://u:p@h:5433/d?sslmode=require"), "other", {}, "", "", Secret()});
  const std::map<std::string, std::string> variables(environment.begin(), environment.end());
  CHECK(variables.at("PGHOST") == "other");
  CHECK(variables.at("PGPORT") == "5433");
  CHECK(variables.at("PGDATABASE") == "d");
  CHECK(variables.at("PGUSER") == "u");
  CHECK(variables.at("PGPASSWORD") == "p");
  CHECK(variables.at("PGSSLMODE") == "require");
}

}  // namespace windlass::hook
