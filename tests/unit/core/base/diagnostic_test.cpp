#include "core/base/diagnostic.hpp"

#include <catch2/catch.hpp>

namespace windlass {
namespace {

Diagnostic fault_at(Position position, std::string source, int width = 1) {
  return {
      .position = std::move(position), .message = "unknown key", .source = std::move(source), .width = width};
}

}  // namespace

TEST_CASE("a position is written as far as it is known") {
  CHECK(to_string(Position{"windlass.yaml", 3, 7}) == "windlass.yaml:3:7");
  CHECK(to_string(Position{"windlass.yaml", 3}) == "windlass.yaml:3");
  CHECK(to_string(Position{"windlass.yaml"}) == "windlass.yaml");
  CHECK(to_string(Position{}).empty());
}

TEST_CASE("a diagnostic shows place, message, source line, caret and help") {
  Diagnostic fault = fault_at({"windlass.yaml", 3, 3}, "  naem: shop", 4);
  fault.help = "Did you mean name?";
  CHECK(to_text(fault) ==
        "windlass.yaml:3:3: error: unknown key\n"
        "    naem: shop\n"
        "    ^~~~\n"
        "  help: Did you mean name?\n");
}

TEST_CASE("a diagnostic without place, source or help is one line") {
  CHECK(to_text(Diagnostic{.message = "no scripts"}) == "error: no scripts\n");
  CHECK(to_text(Diagnostic{.severity = Severity::kWarning, .position = {"sql"}, .message = "empty folder"}) ==
        "sql: warning: empty folder\n");
}

TEST_CASE("a source line without a column gets no caret") {
  CHECK(to_text(fault_at({"a.sql", 2}, "select 1")) == "a.sql:2: error: unknown key\n");
}

TEST_CASE("the caret stands below the character, also behind tabs and letters of several bytes") {
  struct Row {
    const char* source;
    int column;
    const char* carets;
  };
  const auto row = GENERATE(Row{"abc", 1, "^"}, Row{"abc", 3, "  ^"}, Row{"\tabc", 2, "\t^"},
                            Row{"a\tb", 3, " \t^"}, Row{"größe: x", 8, "       ^"},
                            Row{"日本 = 1", 4, "   ^"}, Row{"😀 x", 3, "  ^"}, Row{"abc", 9, "   ^"});
  const std::string text = to_text(fault_at({"f", 1, row.column}, row.source));
  CHECK(text == std::string("f:1:") + std::to_string(row.column) + ": error: unknown key\n  " + row.source +
                    "\n  " + row.carets + "\n");
}

TEST_CASE("a list knows its errors, joins another list and sorts by place, equal places staying in order") {
  Diagnostics list;
  CHECK(list.empty());
  list.add({.severity = Severity::kWarning, .position = {"b", 1, 1}, .message = "first"});
  CHECK_FALSE(list.has_errors());
  Diagnostics more;
  more.add({.position = {"a", 2, 9}, .message = "second"});
  more.add({.position = {"a", 2, 1}, .message = "third"});
  more.add({.position = {"b", 1, 1}, .message = "fourth"});
  list.add(std::move(more));
  list.sort();
  CHECK(list.error_count() == 3);
  CHECK(to_text(list) ==
        "a:2:1: error: third\n"
        "a:2:9: error: second\n"
        "b:1:1: warning: first\n"
        "b:1:1: error: fourth\n");
}

TEST_CASE("the line at an offset ends before its line end, whichever kind that is") {
  const std::string_view text = "one\ntwo\r\nthree\rfour";
  CHECK(line_at(text, 0) == "one");
  CHECK(line_at(text, 3) == "one");
  CHECK(line_at(text, 4) == "two");
  CHECK(line_at(text, 7) == "two");
  CHECK(line_at(text, 9) == "three");
  CHECK(line_at(text, 15) == "four");
  CHECK(line_at(text, 999) == "four");
  CHECK(line_at("", 0).empty());
}

TEST_CASE("the line feed of a CR LF belongs to the line before it") {
  CHECK(line_at("two\r\nthree", 4) == "two");
  CHECK(position_at("two\r\nthree", 4, "f").line == 1);
}

TEST_CASE("a position counts lines of every kind and characters, not bytes") {
  const std::string_view text = "añb\r\nc\rd\n\ne";
  CHECK(position_at(text, 0, "f") == Position{"f", 1, 1});
  CHECK(position_at(text, 3, "f") == Position{"f", 1, 3});   // b, behind the two bytes of ñ
  CHECK(position_at(text, 6, "f") == Position{"f", 2, 1});   // c
  CHECK(position_at(text, 8, "f") == Position{"f", 3, 1});   // d
  CHECK(position_at(text, 10, "f") == Position{"f", 4, 1});  // the empty line
  CHECK(position_at(text, 11, "f") == Position{"f", 5, 1});  // e
  CHECK(position_at(text, 999, "f") == Position{"f", 5, 2});
}

TEST_CASE("the nearest word is found in any case, and no far one is offered") {
  const std::vector<std::string_view> keys = {"name", "namespace", "labels", "id"};
  CHECK(nearest("naem", keys) == "name");
  CHECK(nearest("NAMESPACES", keys) == "namespace");
  CHECK(nearest("label", keys) == "labels");
  CHECK(nearest("connection", keys).empty());
  CHECK(nearest("", keys).empty());
  CHECK(nearest("x", keys).empty());
  CHECK(nearest("name", {}).empty());
}

}  // namespace windlass
