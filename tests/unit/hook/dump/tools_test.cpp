#include "hook/dump/tools.hpp"

#include <catch2/catch.hpp>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "tests/unit/hook/dump/fake_tools.hpp"

using namespace windlass;
using namespace windlass::hook;
using windlass::testing::write_program;
using windlass::testing::write_tools;

TEST_CASE("dump programs are found by folder, ascending by version, the first of each version") {
  const TemporaryDirectory root("windlass-tools-");
  write_tools(root.path() / "a", "16.4 (Debian 16.4-1)");
  write_tools(root.path() / "b", "15.20");
  write_tools(root.path() / "c", "16.9");
  write_tools(root.path() / "d", "18beta1");
  const auto tools =
      find_dump_tools({root.path() / "a", root.path() / "b", root.path() / "c", root.path() / "d"});
  REQUIRE(tools.size() == 3);
  CHECK(tools[0].major == 15);
  CHECK(tools[1].major == 16);
  CHECK(tools[2].major == 18);
  CHECK(tools[1].pg_dump == root.path() / "a" / "pg_dump");
  CHECK(tools[1].pg_restore == root.path() / "a" / "pg_restore");
  CHECK(tools[1].version == "pg_dump (PostgreSQL) 16.4 (Debian 16.4-1)");
}

TEST_CASE("folders without two programs that say their version are passed over") {
  const TemporaryDirectory root("windlass-tools-");
  write_program(root.path() / "alone" / "pg_dump", "echo 'pg_dump (PostgreSQL) 15.1'");
  write_tools(root.path() / "silent", "15.1");
  write_program(root.path() / "silent" / "pg_dump", "true");
  write_tools(root.path() / "failing", "15.1");
  write_program(root.path() / "failing" / "pg_dump", "echo 'pg_dump (PostgreSQL) 15.1'; exit 1");
  write_tools(root.path() / "odd", "x");
  write_tools(root.path() / "broken", "15.1");
  write_file_atomically(root.path() / "broken" / "pg_dump", "no program");
  std::filesystem::permissions(root.path() / "broken" / "pg_dump", std::filesystem::perms::owner_all);
  CHECK(find_dump_tools({root.path() / "alone", root.path() / "silent", root.path() / "failing",
                         root.path() / "odd", root.path() / "broken", root.path() / "none"})
            .empty());
}

TEST_CASE("the tools of the server's version are chosen, else the nearest newer") {
  const std::vector<DumpTools> installed{{"", "", 13, ""}, {"", "", 15, ""}, {"", "", 17, ""}};
  CHECK(choose_dump_tools(installed, 15).major == 15);
  CHECK(choose_dump_tools(installed, 16).major == 17);
  CHECK(choose_dump_tools(installed, 12).major == 13);
}

TEST_CASE("without fitting tools the error names what is there and what is needed") {
  const auto failure = [](const std::vector<DumpTools>& installed) {
    try {
      choose_dump_tools(installed, 18);
    } catch (const Error& error) {
      return error;
    }
    return Error(ExitCode::kDone, "");
  };
  const auto some = failure({{"", "", 13, ""}, {"", "", 15, ""}});
  CHECK(some.code() == ExitCode::kConfiguration);
  CHECK(std::string(some.what()) == "no pg_dump fits PostgreSQL 18; installed: 13, 15");
  CHECK(some.hint() == "Use an image with pg_dump and pg_restore 18 (Debian: postgresql-client-18).");
  CHECK(std::string(failure({}).what()) == "no pg_dump fits PostgreSQL 18; installed: none");
}

TEST_CASE("the folders of PATH are searched last") {
  const auto folders = dump_tool_folders();
  CHECK_FALSE(folders.empty());
}
