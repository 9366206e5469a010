#include "generator/rehearse/throwaway_server.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <thread>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "tests/support/test_database.hpp"

using namespace windlass;
using namespace windlass::generator;
namespace fs = std::filesystem;

namespace {

bool gone_within(pid_t process, std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (kill(process, 0) == 0) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) { setenv(name, value.c_str(), 1); }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

}  // namespace

TEST_CASE("a throw-away server answers, takes settings, and leaves neither process nor folder") {
  fs::path folder;
  pid_t postmaster = 0;
  {
    const ThrowawayServer server({.settings = {{"max_connections", "17"}}});
    folder = server.socket_directory();
    postmaster = server.process_id();
    CHECK(server.query("postgres", "SHOW max_connections") == Rows{{"17"}});
    CHECK(server.query("postgres", "SHOW fsync") == Rows{{"off"}});
    CHECK(server.query("postgres", "SELECT datcollate FROM pg_database WHERE datname = 'template1'") ==
          Rows{{"C.UTF-8"}});
    CHECK(kill(postmaster, 0) == 0);
    CHECK_FALSE(fs::exists(folder / "password"));
  }
  CHECK(gone_within(postmaster, std::chrono::seconds(0)));
  CHECK_FALSE(fs::exists(folder));
}

TEST_CASE("a server does not outlive a process that is killed") {
  int report[2];
  REQUIRE(pipe(report) == 0);
  prctl(PR_SET_CHILD_SUBREAPER, 1);  // the orphaned postmaster becomes ours, to be waited for
  const pid_t owner = fork();
  REQUIRE(owner >= 0);
  if (owner == 0) {
    const ThrowawayServer server{ServerOptions{}};
    const auto line = std::to_string(server.process_id()) + " " + server.socket_directory().string();
    if (write(report[1], line.data(), line.size()) < 0) _exit(1);
    pause();
    _exit(0);
  }
  char line[4096] = {};
  REQUIRE(read(report[0], line, sizeof line - 1) > 0);
  kill(owner, SIGKILL);
  waitpid(owner, nullptr, 0);
  const auto parts = split(line, ' ');
  const pid_t postmaster = std::stoi(parts.at(0));
  bool ended = false;
  for (int i = 0; i < 500 && !ended; ++i) {
    ended = waitpid(postmaster, nullptr, WNOHANG) == postmaster || kill(postmaster, 0) != 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  CHECK(ended);
  fs::remove_all(parts.at(1));
}

TEST_CASE("a kept server outlives its object") {
  fs::path folder;
  pid_t postmaster = 0;
  {
    ThrowawayServer server({.lifetime = Lifetime::kMayBeKept});
    folder = server.socket_directory();
    postmaster = server.process_id();
    server.keep();
  }
  CHECK(kill(postmaster, 0) == 0);
  kill(postmaster, SIGQUIT);
  waitpid(postmaster, nullptr, 0);
  CHECK(fs::exists(folder));
  fs::remove_all(folder);
}

TEST_CASE("a database belongs to its own role, which is no superuser") {
  const windlass::testing::TestDatabase database;
  CHECK(
      database.value("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()") ==
      database.owner());
  CHECK(database.value("SELECT rolsuper FROM pg_roles WHERE rolname = '" + database.owner() + "'") == "f");
  CHECK(database.url().reveal().starts_with("postgresql://" + database.owner() + ":"));
}

TEST_CASE("every test case gets an empty database") {
  for (int i = 0; i < 2; ++i) {
    const windlass::testing::TestDatabase database;
    database.query("CREATE TABLE first_to_come(id int)");
    CHECK(database.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "1");
  }
}

TEST_CASE("query tells no rows, an empty text and several rows apart") {
  const auto& server = windlass::testing::test_server();
  CHECK(server.query("postgres", "SELECT 1 WHERE false") == Rows{});
  CHECK(server.query("postgres", "SELECT ''") == Rows{{""}});
  CHECK(server.query("postgres", "SELECT NULL, 'a' UNION ALL SELECT 'b', E'two\\nlines'") ==
        Rows{{"", "a"}, {"b", "two\nlines"}});
}

TEST_CASE("a failing query names the server's message") {
  try {
    windlass::testing::test_server().query("postgres", "SELECT 1/0");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) == "a query of the rehearsal failed (psql ended with 3)");
    CHECK(error.details().find("division by zero") != std::string::npos);
  }
}

TEST_CASE("creating a database or a role a second time changes the password only") {
  auto& server = windlass::testing::test_server();
  server.create_role("app", Secret("one"));
  server.create_role("app", Secret("two'\"\\"));
  server.create_database("app", "app");
  server.create_database("app", "app");
  CHECK(server.url("app", "app", Secret("p@/ :")).reveal() ==
        "postgresql://app:p%40%2F%20%3A@127.0.0.1:" + std::to_string(server.port()) + "/app");
  server.drop_database("app");
  server.drop_database("app");
}

TEST_CASE("WINDLASS_POSTGRES_BIN without a server is an error that names it") {
  const Variable given("WINDLASS_POSTGRES_BIN", "/nowhere");
  CHECK_THROWS_WITH(find_postgres_programs(), "WINDLASS_POSTGRES_BIN=/nowhere holds no initdb and postgres");
}

TEST_CASE("a server that cannot start shows its own words and leaves nothing") {
  const TemporaryDirectory parent("windlass-test-");
  fs::permissions(parent.path(), fs::perms::all);
  const Variable temporary("TMPDIR", parent.path().string());
  try {
    const ThrowawayServer server({.settings = {{"no_such_setting", "1"}}});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("throw-away PostgreSQL server: the server did not start") == 0);
    CHECK(error.code() == ExitCode::kConfiguration);
    CHECK(error.details().find("no_such_setting") != std::string::npos);
  }
  CHECK(fs::is_empty(parent.path()));
}

TEST_CASE("a stop request while the server starts leaves nothing") {
  const TemporaryDirectory parent("windlass-test-");
  fs::permissions(parent.path(), fs::perms::all);
  const Variable temporary("TMPDIR", parent.path().string());
  const StopSignal stop;
  stop.request();
  CHECK_THROWS_WITH(ThrowawayServer({.stop = &stop}),
                    "stopped while the throw-away PostgreSQL server was starting");
  CHECK(fs::is_empty(parent.path()));
}

TEST_CASE("identifiers and literals are quoted for SQL") {
  CHECK(quoted_identifier("a\"b") == "\"a\"\"b\"");
  CHECK(quoted_literal("it's") == "'it''s'");
}
