#include "core/migrations/script_config.hpp"

#include <catch2/catch.hpp>

using windlass::Diagnostics;
using windlass::to_text;
using windlass::migrations::parse_script_config;
using windlass::migrations::PlaceholderRules;
using windlass::migrations::ScriptConfig;

namespace {

struct Parsed {
  ScriptConfig config;
  std::string faults;
};

Parsed parse(std::string_view text) {
  PlaceholderRules placeholders;
  placeholders.values = {{"charset", "latin1"}};
  Diagnostics diagnostics;
  Parsed parsed;
  parsed.config = parse_script_config(text, "V1__a.sql.conf", placeholders, diagnostics);
  parsed.faults = to_text(diagnostics);
  return parsed;
}

}  // namespace

TEST_CASE("a script's conf is read by the rules of Java's properties") {
  for (const std::string text :
       {"executeInTransaction=false\nencoding=latin1", "executeInTransaction: false\r\nencoding latin1\r\n",
        "\xEF\xBB\xBF# a comment\n! another\n\n  executeInTransaction = FALSE \n\tencoding=${charset}",
        "executeIn\\\n   Transaction=fal\\\r\n  se\nencoding=l\\atin1"}) {
    INFO(text);
    const Parsed parsed = parse(text);
    CHECK(parsed.faults.empty());
    CHECK(parsed.config.execute_in_transaction == false);
    CHECK(parsed.config.encoding == "latin1");
    CHECK_FALSE(parsed.config.placeholder_replacement.has_value());
  }
  CHECK(parse("placeholderReplacement=true").config.placeholder_replacement == true);
}

TEST_CASE("a conf that says nothing changes nothing") {
  for (const std::string text : {"", "\n\n", "# only a comment\n", "! only a comment", "\\"}) {
    const Parsed parsed = parse(text);
    CHECK_FALSE(parsed.config.execute_in_transaction.has_value());
    CHECK_FALSE(parsed.config.encoding.has_value());
  }
}

TEST_CASE("every fault of a conf is reported where it stands") {
  CHECK(parse("bogus=1\nexecuteInTransaction=maybe\n  ExecuteInTransaction=true\nencoding=nope-8\n"
              "encoding=UTF-8\nshouldExecute=false\nplaceholderReplacement=${HOME}\n=x\n")
            .faults ==
        "V1__a.sql.conf:1:1: error: unknown configuration property: bogus\n"
        "  bogus=1\n"
        "  ^~~~~\n"
        "  help: Known are encoding, executeInTransaction and placeholderReplacement.\n"
        "V1__a.sql.conf:2:1: error: invalid value for executeInTransaction (should be either true or false): "
        "maybe\n"
        "  executeInTransaction=maybe\n"
        "  ^~~~~~~~~~~~~~~~~~~~\n"
        "V1__a.sql.conf:3:3: error: unknown configuration property: ExecuteInTransaction\n"
        "    ExecuteInTransaction=true\n"
        "    ^~~~~~~~~~~~~~~~~~~~\n"
        "  help: Did you mean executeInTransaction?\n"
        "V1__a.sql.conf:4:1: error: unknown encoding: nope-8\n"
        "  encoding=nope-8\n"
        "  ^~~~~~~~\n"
        "  help: Known are UTF-8, US-ASCII, ISO-8859-1, windows-1252, UTF-16, UTF-16BE, UTF-16LE.\n"
        "V1__a.sql.conf:5:1: error: encoding is given twice\n"
        "  encoding=UTF-8\n"
        "  ^~~~~~~~\n"
        "  help: Remove one of the two lines.\n"
        "V1__a.sql.conf:6:1: error: shouldExecute is not supported\n"
        "  shouldExecute=false\n"
        "  ^~~~~~~~~~~~~\n"
        "  help: Keep the script in a location of its own and name that only where it should run.\n"
        "V1__a.sql.conf:7:1: error: no value for the placeholder ${HOME}\n"
        "  placeholderReplacement=${HOME}\n"
        "  ^~~~~~~~~~~~~~~~~~~~~~\n"
        "  help: Give it a value in the placeholders setting, or switch placeholder replacement off for this "
        "script.\n"
        "V1__a.sql.conf:8:1: error: unknown configuration property: \n"
        "  =x\n"
        "  ^\n"
        "  help: Known are encoding, executeInTransaction and placeholderReplacement.\n");
}
