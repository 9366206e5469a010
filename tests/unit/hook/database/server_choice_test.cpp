#include "hook/database/server_choice.hpp"

#include <catch2/catch.hpp>

namespace windlass::hook {
namespace {

constexpr ServerState kPrimaryServer{false, false};
constexpr ServerState kReadOnlyPrimary{false, true};
constexpr ServerState kStandbyServer{true, false};

}  // namespace

TEST_CASE("which server is wanted is libpq's target_session_attrs") {
  struct Case {
    const char* word;
    bool primary, read_only_primary, standby;
  };
  for (const auto& one : {Case{"any", true, true, true}, Case{"read-write", true, false, false},
                          Case{"read-only", false, true, true}, Case{"primary", true, true, false},
                          Case{"standby", false, false, true}, Case{"prefer-standby", false, false, true}}) {
    INFO(one.word);
    const auto wanted = wanted_server(one.word);
    REQUIRE(wanted);
    CHECK(is_wanted(*wanted, kPrimaryServer, false) == one.primary);
    CHECK(is_wanted(*wanted, kReadOnlyPrimary, false) == one.read_only_primary);
    CHECK(is_wanted(*wanted, kStandbyServer, false) == one.standby);
    CHECK(has_second_pass(*wanted) == (std::string_view(one.word) == "prefer-standby"));
  }
  CHECK_FALSE(wanted_server("read_write"));
  CHECK_FALSE(wanted_server(""));
}

TEST_CASE("who prefers takes on the second pass what is there") {
  for (const auto wanted : {WantedServer::kPreferPrimary, WantedServer::kPreferStandby}) {
    CHECK(has_second_pass(wanted));
    CHECK(is_wanted(wanted, kPrimaryServer, true));
    CHECK(is_wanted(wanted, kStandbyServer, true));
  }
  CHECK(is_wanted(WantedServer::kPreferPrimary, kReadOnlyPrimary, false));
  CHECK_FALSE(is_wanted(WantedServer::kPreferPrimary, kStandbyServer, false));
}

TEST_CASE("where nobody said, who writes wants a server that takes writes and who reads a primary") {
  CHECK(wanted_by_default(Access::kWrite, false) == WantedServer::kReadWrite);
  CHECK(wanted_by_default(Access::kWrite, true) == WantedServer::kReadWrite);
  CHECK(wanted_by_default(Access::kRead, false) == WantedServer::kAny);
  CHECK(wanted_by_default(Access::kRead, true) == WantedServer::kPreferPrimary);
  CHECK(wanted_by_default(Access::kThisServer, true) == WantedServer::kAny);
}

TEST_CASE("a server that is not wanted is told why") {
  CHECK(why_not_wanted(WantedServer::kReadWrite, kStandbyServer) ==
        "it is a standby (in recovery) and takes no writes");
  CHECK(why_not_wanted(WantedServer::kReadWrite, kReadOnlyPrimary) ==
        "the session is read-only: default_transaction_read_only is on");
  CHECK(why_not_wanted(WantedServer::kStandby, kPrimaryServer) == "it is a primary, a standby was asked for");
  CHECK(why_not_wanted(WantedServer::kReadOnly, kPrimaryServer) ==
        "it takes writes, a read-only server was asked for");
}

}  // namespace windlass::hook
