#include "core/migrations/replaced_text.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <random>

#include "core/base/error.hpp"
#include "core/base/files.hpp"

namespace windlass::migrations {
namespace {

PlaceholderRules rules_of_test() {
  PlaceholderRules rules;
  rules.values = {{"short", "x"}, {"long", std::string(300, 'l')}, {"none", ""}, {"lines", "a\nb\r\nc"}};
  return rules;
}

// Long enough for several pieces, with all that a piece could cut in two.
std::string long_text(std::mt19937& random) {
  static const std::vector<std::string> parts = {"${short}",
                                                 "${long}",
                                                 "${none}",
                                                 "${lines}",
                                                 "$",
                                                 "$$",
                                                 "${",
                                                 "}",
                                                 "\r\n",
                                                 "\n",
                                                 "\xC3\xA9",
                                                 "\xE2\x82\xAC",
                                                 "\xF0\x9F\x98\x80",
                                                 "SELECT 1; -- and some words\n",
                                                 "${unknown}"};
  std::string text;
  while (text.size() < 900'000) text += parts[random() % parts.size()] + std::string(random() % 60, 'w');
  return text + "}";
}

ReplacedText read_through(TextSource source, PlaceholderRules rules) {
  ReplacedText text(std::move(source), std::move(rules), "V1__a.sql");
  text.whole();
  return text;
}

SeekableFile file_of(const TemporaryDirectory& folder, const std::string& bytes) {
  const auto path = folder.path() / "a.sql";
  std::ofstream(path, std::ios::binary) << bytes;
  return SeekableFile(path);
}

}  // namespace

TEST_CASE("a text in pieces is replaced as a whole one is, and leads back to the same places") {
  std::mt19937 random(20261121);
  for (int i = 0; i < 8; ++i) {
    const std::string source = long_text(random);
    const Replaced whole = replace_placeholders(source, rules_of_test(), "V1__a.sql");
    const ReplacedText text = read_through(TextSource(source), rules_of_test());
    REQUIRE(text.whole() == whole.text);
    REQUIRE(text.size() == whole.text.size());
    CHECK(text.checksum_of_source() == checksum(source));
    for (int k = 0; k < 40; ++k) {
      const std::size_t at = random() % whole.text.size();
      const std::size_t length = random() % (k == 0 ? whole.text.size() : 2000);
      REQUIRE(text.part(at, length) == whole.text.substr(at, length));
      const std::size_t place = source_offset(whole, at);
      REQUIRE(to_string(text.position(at)) == to_string(position_at(source, place, "V1__a.sql")));
      const auto line = line_at(source, place);
      REQUIRE(text.line(at) == (line.size() <= 500 ? line : std::string_view()));
    }
  }
}

TEST_CASE("a placeholder without a value is reported at its place, behind however many pieces") {
  const std::string source = std::string(600'000, '\n') + "  ${nope}\n";
  const ReplacedText text = read_through(TextSource(source), rules_of_test());
  REQUIRE(text.diagnostics().list().size() == 1);
  CHECK(to_string(text.diagnostics().list()[0].position) == "V1__a.sql:600001:3");
  CHECK(text.diagnostics().list()[0].source == "  ${nope}");
}

TEST_CASE("a placeholder without an end does not make the whole text one piece") {
  const std::string source = "${open" + std::string(2'000'000, 'x');
  const ReplacedText text = read_through(TextSource(source), rules_of_test());
  CHECK(text.whole() == source);
  CHECK_THAT(text.diagnostics().list().at(0).message, Catch::Contains("never ends"));
  CHECK(text.held_bytes() < 1'000'000);
}

TEST_CASE("files of other encodings are decoded piece by piece") {
  const TemporaryDirectory folder("windlass-");
  std::mt19937 random(7);
  std::string latin1;
  std::string utf16 = "\xFF\xFE";
  std::string utf8;
  for (int i = 0; i < 300'000; ++i) {
    const bool accent = random() % 5 == 0;
    const bool line_end = random() % 40 == 0;
    latin1 += line_end ? "\r\n" : accent ? "\xE9" : "e";
    utf16 += line_end ? std::string("\r\0\n\0", 4) : std::string(accent ? "\xE9\0" : "e\0", 2);
    utf8 += line_end ? "\r\n" : accent ? "\xC3\xA9" : "e";
  }
  PlaceholderRules rules;
  rules.prefix = "ee";  // cuts pieces at other places than their bytes
  rules.suffix = "e";
  const std::string expected = replace_placeholders(utf8, rules, "V1__a.sql").text;
  CHECK(read_through(TextSource(file_of(folder, latin1), Encoding::kLatin1), rules).whole() == expected);
  CHECK(read_through(TextSource(file_of(folder, utf16), Encoding::kUtf16), rules).whole() == expected);
  CHECK(read_through(TextSource(file_of(folder, utf8), Encoding::kUtf8), rules).whole() == expected);
}

TEST_CASE("a byte that is not of the encoding ends the text and is told") {
  const TemporaryDirectory folder("windlass-");
  const std::string bytes = std::string(300'000, 'a') + "\xC3";
  const TextSource source(file_of(folder, bytes), Encoding::kUtf8);
  const auto first = source.read(0);
  CHECK_FALSE(first.last);
  const auto second = source.read(first.bytes);
  CHECK(second.last);
  REQUIRE(second.malformed);
  CHECK(*second.malformed == 0xC3);
  CHECK(first.bytes + second.text.size() == 300'000);
}

TEST_CASE("a file that is written to while it is read is noticed") {
  const TemporaryDirectory folder("windlass-");
  const std::string bytes(600'000, 'a');
  const ReplacedText text = read_through(TextSource(file_of(folder, bytes), Encoding::kUtf8), {});
  std::ofstream(folder.path() / "a.sql", std::ios::binary) << std::string(600'000, 'b');
  try {
    text.whole();
    FAIL("nothing was noticed");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kTransient);
    CHECK(error.what() == std::string("V1__a.sql changed while it was read"));
  }
}

}  // namespace windlass::migrations
