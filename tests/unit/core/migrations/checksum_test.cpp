#include "core/migrations/checksum.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

using windlass::migrations::checksum;

TEST_CASE("a checksum is Flyway's: line ends and one leading byte order mark do not count") {
  const std::vector<std::pair<std::string, std::int32_t>> cases = {
      {"", 0},
      {"select 1;", -690524359},
      {"select 1;\n\n\n", -690524359},
      {"\xEF\xBB\xBFselect 1;", -690524359},
      {"select 2;\n", -33932038},
      {"CREATE TABLE a(id int);\n", 1032505041},
      {"CREATE TABLE b(id int);\r\nINSERT INTO b VALUES (1);\r\n", 1327460150},
      {"select 1;\rselect 2;\r", -593479011},
      {"   select 1;   \n  \t-- c  \n", -2079999324},
      {"select $$\xF0\x9F\x98\x80 \xC3\xA9 tail$$;\n", 1809296292},
      {"select 1; -- \xEF\xBB\xBF mid bom\nselect 2;", -1699075370},
      {"\xEF\xBB\xBF\n\xEF\xBB\xBFselect 1;", 1918699538},
      {"-- only comment\n", 1428765808},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(checksum(text) == expected);
  }
}
