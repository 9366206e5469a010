#include "core/migrations/script_mark.hpp"

#include <catch2/catch.hpp>

using namespace windlass;
using namespace windlass::migrations;

namespace {

// "contract", "" or what is wrong.
std::string mark_of(std::string_view text, ScriptKind kind = ScriptKind::kVersioned) {
  Diagnostics diagnostics;
  const bool contract = is_marked_contract(text, kind, "V1__a.sql", diagnostics);
  if (!diagnostics.empty()) return to_text(diagnostics);
  return contract ? "contract" : "";
}

}  // namespace

TEST_CASE("a script is marked in the comments that it begins with") {
  for (const auto text :
       {"-- windlass: contract\nDROP TABLE a;", "--windlass:contract",
        "\r\n  --  windlass:  contract  \r\nSELECT 1;", "\xEF\xBB\xBF-- windlass: contract\n",
        "-- the old orders\n\n-- windlass: contract\nDROP TABLE a;",
        "/* a /* nested */ note */ -- windlass: contract\nSELECT 1;"}) {
    CAPTURE(text);
    CHECK(mark_of(text) == "contract");
  }
}

TEST_CASE("what only looks like a mark is none") {
  for (const auto text :
       {"", "SELECT 1;", "SELECT 1; -- windlass: contract", "SELECT 1;\n-- windlass: contract\n",
        "/* -- windlass: contract */ SELECT 1;", "/* never closed -- windlass: contract\n",
        "-- see windlass: contract\n", "-- windlass contract\n", "-", "/*"}) {
    CAPTURE(text);
    CHECK(mark_of(text).empty());
  }
}

TEST_CASE("a mark that nobody knows is an error, and so is one on what is no versioned script") {
  CHECK(mark_of("-- a\n --  windlass: contrakt\nSELECT 1;") ==
        "V1__a.sql:2:6: error: unknown mark: contrakt\n"
        "   --  windlass: contrakt\n"
        "       ^~~~~~~~~~~~~~~~~~\n"
        "  help: The only mark is `-- windlass: contract`.\n");
  for (const auto kind :
       {ScriptKind::kRepeatable, ScriptKind::kUndo, ScriptKind::kBaseline, ScriptKind::kCallback}) {
    CHECK_THAT(mark_of("-- windlass: contract\n", kind),
               Catch::Matchers::Contains("only a versioned script can be marked contract"));
  }
}
