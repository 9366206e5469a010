#include "core/migrations/history.hpp"

#include <catch2/catch.hpp>

using windlass::migrations::stored_description;

TEST_CASE("a description is cut to what the history table has room for") {
  CHECK(stored_description("") == "");
  CHECK(stored_description(std::string(200, 'x')) == std::string(200, 'x'));
  CHECK(stored_description(std::string(201, 'x')) == std::string(197, 'x') + "...");
}

TEST_CASE("a description is counted in UTF-16 units and cut between characters") {
  std::string accents;
  for (int i = 0; i < 200; ++i) accents += "\xC3\xA9";
  CHECK(stored_description(accents) == accents);
  std::string emojis;
  for (int i = 0; i < 101; ++i) emojis += "\xF0\x9F\x98\x80";
  CHECK(stored_description(emojis) == emojis.substr(0, 98 * 4) + "...");
}
