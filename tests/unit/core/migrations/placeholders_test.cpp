#include "core/migrations/placeholders.hpp"

#include <catch2/catch.hpp>

using windlass::to_text;
using windlass::migrations::PlaceholderRules;
using windlass::migrations::replace_placeholders;
using windlass::migrations::Replaced;
using windlass::migrations::source_offset;

namespace {

PlaceholderRules rules() {
  PlaceholderRules result;
  result.values = {
      {"greet", "hi"}, {"empty", ""}, {"nested", "${greet}"}, {"two words", "x"}, {"flyway:user", "me"}};
  return result;
}

}  // namespace

TEST_CASE("placeholders are replaced everywhere, once, by names in any case") {
  struct Case {
    std::string source;
    std::string text;
  };
  const std::vector<Case> cases = {
      {"", ""},
      {"select 1;", "select 1;"},
      {"select '${greet}';", "select 'hi';"},
      {"-- ${GREET} ${Greet}", "-- hi hi"},
      {"${empty}${greet}", "hi"},
      {"${nested}", "${greet}"},
      {"${two words}", "x"},
      {"${flyway:user}", "me"},
      {"${flyway:filename}", "V1__a.sql"},
      {"$e$${greet}$e$", "$e$${greet}$e$"},
      {"$$${greet}$$", "$$hi$$"},
      {"$", "$"},
      {"a$b{greet}", "a$b{greet}"},
  };
  for (const auto& [source, text] : cases) {
    INFO(source);
    const Replaced replaced = replace_placeholders(source, rules(), "sql/deep/V1__a.sql");
    CHECK(replaced.text == text);
    CHECK(replaced.diagnostics.empty());
  }
}

TEST_CASE("replacement that is off leaves the text and finds nothing wrong in it") {
  PlaceholderRules off = rules();
  off.enabled = false;
  const Replaced replaced = replace_placeholders("${greet} ${nope} ${", off, "a.sql");
  CHECK(replaced.text == "${greet} ${nope} ${");
  CHECK(replaced.replacements.empty());
  CHECK(replaced.diagnostics.empty());
}

TEST_CASE("other brackets leave the usual ones alone") {
  PlaceholderRules other = rules();
  other.prefix = "<<";
  other.suffix = ">>";
  CHECK(replace_placeholders("<<greet>> ${greet} a<b <x<<greet>>", other, "a.sql").text ==
        "hi ${greet} a<b <xhi");
}

TEST_CASE("every placeholder without a value is reported where it stands") {
  const Replaced replaced =
      replace_placeholders("select\n  '\xC3\xA9${n\xC3\xB6pe}', ${greet}, ${Flyway:nope};", rules(), "a.sql");
  CHECK(replaced.text == "select\n  '\xC3\xA9${n\xC3\xB6pe}', hi, ${Flyway:nope};");
  CHECK(to_text(replaced.diagnostics) ==
        "a.sql:2:5: error: no value for the placeholder ${n\xC3\xB6pe}\n"
        "    '\xC3\xA9${n\xC3\xB6pe}', ${greet}, ${Flyway:nope};\n"
        "      ^~~~~~~\n"
        "  help: Give it a value in the placeholders setting, or switch placeholder replacement off for this "
        "script.\n"
        "a.sql:2:25: error: no value for the placeholder ${Flyway:nope}\n"
        "    '\xC3\xA9${n\xC3\xB6pe}', ${greet}, ${Flyway:nope};\n"
        "                          ^~~~~~~~~~~~~~\n"
        "  help: Names that begin with flyway: are built in, and there is none of this name.\n");
}

TEST_CASE("a placeholder that never ends is reported and the rest is kept") {
  const Replaced replaced = replace_placeholders("a ${greet} ${open\nmore", rules(), "a.sql");
  CHECK(replaced.text == "a hi ${open\nmore");
  CHECK(to_text(replaced.diagnostics) ==
        "a.sql:1:12: error: a placeholder begins with ${ and never ends\n"
        "  a ${greet} ${open\n"
        "             ^~\n"
        "  help: Close it with }, or switch placeholder replacement off for this script.\n");
}

TEST_CASE("a large script full of braces is reported in bounded time and text") {
  std::string source;
  for (int i = 0; i < 200000; ++i) source += "insert ${" + std::to_string(i) + "} ";
  const Replaced replaced = replace_placeholders(source, rules(), "data.sql");
  CHECK(replaced.text == source);
  REQUIRE(replaced.diagnostics.list().size() == 20);
  CHECK(to_text(replaced.diagnostics.list().back()) ==
        "data.sql:1:245: error: no value for the placeholder ${19}\n"
        "  help: Give it a value in the placeholders setting, or switch placeholder replacement off for this "
        "script. "
        "There are more such places, which are not listed.\n");
}

TEST_CASE("an offset of the replaced text leads back to the source") {
  const std::string source = "ab${greet}cd${empty}ef${two words}g";
  const Replaced replaced = replace_placeholders(source, rules(), "a.sql");
  REQUIRE(replaced.text == "abhicdefxg");
  const std::vector<std::size_t> expected = {0, 1, 2, 2, 10, 11, 20, 21, 22, 34};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO(i);
    CHECK(source_offset(replaced, i) == expected[i]);
  }
  CHECK(source_offset(replaced, replaced.text.size()) == source.size());
}
