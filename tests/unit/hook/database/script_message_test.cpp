#include "hook/database/script_message.hpp"

#include <catch2/catch.hpp>

namespace windlass::hook {
namespace {

std::vector<ScriptMessage> messages_of(const std::string& sql, std::size_t limit,
                                       std::vector<bool> skipped = {}) {
  const migrations::ReplacedText text(migrations::TextSource(sql), {}, "a.sql");
  const auto split = sql::split(text.pieces());
  skipped.resize(split.statements.size());
  ScriptMessages messages(text, split.statements, skipped, {{"BEGIN"}, {"COMMIT"}}, limit);
  std::vector<ScriptMessage> all;
  for (ScriptMessage message; messages.next(message);) all.push_back(std::move(message));
  return all;
}

}  // namespace

TEST_CASE("a script travels between what surrounds it, in one message") {
  const auto messages = messages_of("SELECT 1; -- one\nSELECT 2", kMessageLimit);
  REQUIRE(messages.size() == 1);
  CHECK(messages[0].text == "BEGIN;\nSELECT 1\n;\nSELECT 2\n;\nCOMMIT;\n");
  CHECK(messages[0].statements == std::vector<std::size_t>{ScriptMessage::kOurs, 0, 1, ScriptMessage::kOurs});
}

TEST_CASE("a long script is cut between its statements") {
  const auto messages = messages_of("SELECT 1;SELECT 2;SELECT 3;", 20);
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].text == "BEGIN;\nSELECT 1\n;\n");
  CHECK(messages[1].text == "SELECT 2\n;\nSELECT 3\n;\nCOMMIT;\n");
}

TEST_CASE("skipped statements are not sent and keep the others' numbers") {
  const auto messages = messages_of("BEGIN;SELECT 1;COMMIT;", kMessageLimit, {true, false, true});
  CHECK(messages[0].text == "BEGIN;\nSELECT 1\n;\nCOMMIT;\n");
  CHECK(messages[0].statements == std::vector<std::size_t>{ScriptMessage::kOurs, 1, ScriptMessage::kOurs});
}

TEST_CASE("an error's position leads back to the byte of the script") {
  const std::string sql = "SELECT 'é€'; SELECT nope";
  const auto messages = messages_of(sql, kMessageLimit);
  const auto& message = messages.at(0);
  // Characters before "nope": "BEGIN;\n" 7, "SELECT 'é€'" 11, "\n;\n" 3, "SELECT " 7.
  CHECK(source_offset_of(message, 7 + 11 + 3 + 7 + 1) == sql.find("nope"));
  CHECK(source_offset_of(message, 1) == std::string::npos);
  CHECK(source_offset_of(message, 0) == std::string::npos);
}

TEST_CASE("a message without a script is what surrounds it") {
  CHECK(messages_of("-- nothing\n", kMessageLimit).at(0).text == "BEGIN;\nCOMMIT;\n");
}

TEST_CASE("a comment names the script, whatever its name holds") {
  CHECK(script_comment("sql/V1__a.sql") == "/* windlass: sql/V1__a.sql */");
  CHECK(script_comment("a*/b\n/*c.sql") == "/* windlass: a?/b?/?c.sql */");
  CHECK(script_in_comment("/* windlass: sql/V1__a.sql */ BEGIN;\nRESET ALL") == "sql/V1__a.sql");
  for (const auto* query : {"", "BEGIN", "/* windlass: cut off", "/* other: V1__a.sql */ BEGIN"})
    CHECK(script_in_comment(query).empty());
}

}  // namespace windlass::hook
