#include "core/project/tenants.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace windlass;
using namespace windlass::project;

namespace {

std::string faults(std::string_view text) { return to_text(parse_tenants(text, "tenants.txt").diagnostics); }

}  // namespace

TEST_CASE("a list of tenants has a name a line, by name") {
  const auto list =
      parse_tenants("\xEF\xBB\xBF# the first customers\r\nbolt\r\n\r\n  acme = tenant_0001 \r\n#zed", "t");
  REQUIRE(list.diagnostics.empty());
  REQUIRE(list.tenants.size() == 2);
  CHECK(list.tenants[0].name == "acme");
  CHECK(list.tenants[0].place == "tenant_0001");
  CHECK(list.tenants[1].name == "bolt");
  CHECK(list.tenants[1].place == "bolt");
}

TEST_CASE("every fault of a list of tenants is told with its line") {
  CHECK(faults("a\nb = \n = c\nd\x01\n" + std::string(64, 'x') + "\na=e\nf=b\nb\n") ==
        "tenants.txt:2:1: error: this is no tenant\n  b = \n  ^\n"
        "  help: Write name, or name=place; each has 1 to 63 bytes and no control characters.\n"
        "tenants.txt:3:1: error: this is no tenant\n   = c\n  ^\n"
        "  help: Write name, or name=place; each has 1 to 63 bytes and no control characters.\n"
        "tenants.txt:4:1: error: this is no tenant\n"
        "  help: Write name, or name=place; each has 1 to 63 bytes and no control characters.\n"
        "tenants.txt:5:1: error: this is no tenant\n  " +
            std::string(64, 'x') +
            "\n  ^\n"
            "  help: Write name, or name=place; each has 1 to 63 bytes and no control characters.\n"
            "tenants.txt:6:1: error: the name a is taken by line 1\n  a=e\n  ^\n"
            "  help: Remove one of the two.\n"
            "tenants.txt:8:1: error: the place b is taken by line 7\n  b\n  ^\n"
            "  help: Remove one of the two.\n");
  CHECK(faults("# nobody\n") ==
        "tenants.txt: error: there is no tenant in this list\n  help: Write a name a line.\n");
}

TEST_CASE("a tenant keeps its shard whatever else is on the list") {
  CHECK(shard_of("acme", 1) == 0);
  std::set<std::size_t> used;
  for (int i = 0; i < 100; ++i) {
    const auto shard = shard_of("tenant" + std::to_string(i), 4);
    CHECK(shard < 4);
    used.insert(shard);
  }
  CHECK(used.size() == 4);
  CHECK(shard_of("abc", 1'000'000'007) == 0xba7816bfU % 1'000'000'007U);  // the digest of FIPS 180-2
}
