#include "generator/rehearse/path_map.hpp"

#include <catch2/catch.hpp>

using namespace windlass::generator;

TEST_CASE("mount paths are replaced where a path begins, the longest first, and never twice") {
  PathMap paths;
  paths.add("/tmp", "/tmp/here/tmp");
  paths.add("/windlass/sql", "/tmp/here/sql");
  paths.add("/windlass", "/tmp/here/windlass");
  const std::vector<std::pair<std::string, std::string>> cases{
      {"/windlass/sql", "/tmp/here/sql"},
      {"/windlass/sql/a/V1.sql", "/tmp/here/sql/a/V1.sql"},
      {"/windlass/sql,/windlass/sql/more", "/tmp/here/sql,/tmp/here/sql/more"},
      {"filesystem:/windlass/sql", "filesystem:/tmp/here/sql"},
      {"/windlass/sqlite", "/tmp/here/windlass/sqlite"},
      {"/windlass-other", "/windlass-other"},
      {"a/tmp", "a/tmp"},
      {"x=/tmp", "x=/tmp/here/tmp"},
      {"postgresql://host/tmp", "postgresql://host/tmp"},
      {"locations: [/windlass/sql]\nsettings: \"/tmp/x\"\n",
       "locations: [/tmp/here/sql]\nsettings: \"/tmp/here/tmp/x\"\n"},
      {"", ""}};
  for (const auto& [inside, outside] : cases) CHECK(paths.outside(inside) == outside);
}
