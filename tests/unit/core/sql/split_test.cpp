#include "core/sql/split.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/sql/places.hpp"

namespace {

using windlass::sql::SplitResult;
using windlass::sql::Statement;
using windlass::sql::StatementKind;

struct Case {
  std::string name;
  std::string source;
  std::vector<std::string> texts;
};

std::vector<std::string> texts_of(const SplitResult& result, const std::string& source) {
  std::vector<std::string> texts;
  for (const Statement& statement : result.statements) texts.emplace_back(statement.text(source));
  return texts;
}

// The texts of a source that must split without a diagnostic.
std::vector<std::string> clean_split(const std::string& source) {
  const SplitResult result = windlass::sql::split(source, "a.sql");
  INFO(windlass::to_text(result.diagnostics));
  CHECK(result.diagnostics.empty());
  return texts_of(result, source);
}

std::string diagnostics_of(const std::string& source) {
  return windlass::to_text(windlass::sql::split(source, "a.sql").diagnostics);
}

void check_table(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    INFO(c.name << ": " << c.source);
    CHECK(clean_split(c.source) == c.texts);
  }
}

}  // namespace

TEST_CASE("statements end at semicolons and keep their text") {
  check_table({
      {"nothing", "", {}},
      {"blanks and comments only", " \n-- a;\n/* b; */\n", {}},
      {"stray semicolons", ";;\n; SELECT 1;;;", {"SELECT 1"}},
      {"no last semicolon", "SELECT 1;\nSELECT 2", {"SELECT 1", "SELECT 2"}},
      {"comments around are left out", "-- a\nSELECT 1 /* b */; -- c\n", {"SELECT 1"}},
      {"comments inside stay", "SELECT -- a;\n1", {"SELECT -- a;\n1"}},
      {"only symbols", "foo bar baz; 1; *", {"foo bar baz", "1", "*"}},
      {"byte order marks", "\xEF\xBB\xBFSELECT 1;\n\xEF\xBB\xBFSELECT 2;", {"SELECT 1", "SELECT 2"}},
      {"byte order mark before other tokens",
       "\xEF\xBB\xBF-- c\n;\xEF\xBB\xBF;\xEF\xBB\xBF$$;$$;\xEF\xBB\xBF",
       {"$$;$$"}},
      {"byte order mark inside a statement is part of a name",
       "SELECT \xEF\xBB\xBF$a$; SELECT $a$ ;$a$",
       {"SELECT \xEF\xBB\xBF$a$", "SELECT $a$ ;$a$"}},
      {"lone carriage return ends a comment", "-- a\rSELECT 1;\rSELECT 2;", {"SELECT 1", "SELECT 2"}},
  });
}

TEST_CASE("a semicolon inside quotes is text") {
  check_table({
      {"string", "SELECT 'a;''b;'; SELECT 2", {"SELECT 'a;''b;'", "SELECT 2"}},
      {"backslash in a plain string", "SELECT 'a\\'; SELECT 2", {"SELECT 'a\\'", "SELECT 2"}},
      {"E string", "SELECT E'a\\';b'; SELECT 2", {"SELECT E'a\\';b'", "SELECT 2"}},
      {"e string", "SELECT e'a\\\\'; SELECT 2", {"SELECT e'a\\\\'", "SELECT 2"}},
      {"E string goes on after a line end",
       "SELECT E'a'\n'\\';'; SELECT 2",
       {"SELECT E'a'\n'\\';'", "SELECT 2"}},
      {"no continuation on one line", "SELECT E'a' '\\'; SELECT 2", {"SELECT E'a' '\\'", "SELECT 2"}},
      {"continuation over a comment",
       "SELECT E'a' -- c'\n '\\';'; SELECT 2",
       {"SELECT E'a' -- c'\n '\\';'", "SELECT 2"}},
      {"name that ends in e", "SELECT some'\\'; SELECT 2", {"SELECT some'\\'", "SELECT 2"}},
      {"U& string and name",
       "SELECT u&'\\;' AS U&\"d\\;\"; SELECT 2",
       {"SELECT u&'\\;' AS U&\"d\\;\"", "SELECT 2"}},
      {"bits, hex, national", "SELECT B'1', x'F;', N';'; SELECT 2", {"SELECT B'1', x'F;', N';'", "SELECT 2"}},
      {"quoted name", "SELECT 1 AS \"a;\"\"'\"; SELECT 2", {"SELECT 1 AS \"a;\"\"'\"", "SELECT 2"}},
      {"dollar quotes",
       "SELECT $$;'$$, $a$ $$;$b$ $a$; SELECT 2",
       {"SELECT $$;'$$, $a$ $$;$b$ $a$", "SELECT 2"}},
      {"tag with other letters",
       "SELECT $\xC3\xA9$;$\xC3\xA9$; SELECT 2",
       {"SELECT $\xC3\xA9$;$\xC3\xA9$", "SELECT 2"}},
      {"tag case matters", "SELECT $A$ $a$;$A$; SELECT 2", {"SELECT $A$ $a$;$A$", "SELECT 2"}},
      {"dollar inside a name", "SELECT a$b$; SELECT c$b$", {"SELECT a$b$", "SELECT c$b$"}},
      {"parameters", "PREPARE p AS SELECT $1 + $2; SELECT $1", {"PREPARE p AS SELECT $1 + $2", "SELECT $1"}},
      {"tag does not begin with a digit", "SELECT $1a$; SELECT $1a$", {"SELECT $1a$", "SELECT $1a$"}},
  });
}

TEST_CASE("comments nest and begin inside operators") {
  check_table({
      {"nested", "/* a /* b; */ c; */ SELECT 1", {"SELECT 1"}},
      {"slash behind the opening", "SELECT 1 /*/ ; /*/ ; */ */; SELECT 2", {"SELECT 1", "SELECT 2"}},
      {"many stars", "SELECT 1 /***;***/; SELECT 2", {"SELECT 1", "SELECT 2"}},
      {"behind an operator",
       "SELECT 1 +--;\n2; SELECT 1 */* ; */ 2",
       {"SELECT 1 +--;\n2", "SELECT 1 */* ; */ 2"}},
      {"quote in a comment", "-- it's\nSELECT 1; /* it's */ SELECT 2", {"SELECT 1", "SELECT 2"}},
  });
}

TEST_CASE("a semicolon in parentheses or in a routine's body ends nothing") {
  const std::string atomic = "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC\n";
  check_table({
      {"rule",
       "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2); SELECT 3",
       {"CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)", "SELECT 3"}},
      {"stray closing parenthesis",
       "SELECT 1); SELECT (2)); SELECT 3",
       {"SELECT 1)", "SELECT (2))", "SELECT 3"}},
      {"begins with a parenthesis",
       "(SELECT 1) UNION (SELECT 2); SELECT 3",
       {"(SELECT 1) UNION (SELECT 2)", "SELECT 3"}},
      {"empty body", atomic + "END; SELECT 1", {atomic + "END", "SELECT 1"}},
      {"statements",
       atomic + "SELECT 1; SELECT $1; END; SELECT 1",
       {atomic + "SELECT 1; SELECT $1; END", "SELECT 1"}},
      {"CASE",
       atomic + "SELECT CASE a WHEN 1 THEN CASE WHEN true THEN 2 END END; END; SELECT 1",
       {atomic + "SELECT CASE a WHEN 1 THEN CASE WHEN true THEN 2 END END; END", "SELECT 1"}},
      {"columns named end",
       atomic + "SELECT t.end, 1 AS end, 2 end FROM t; END; SELECT 1",
       {atomic + "SELECT t.end, 1 AS end, 2 end FROM t; END", "SELECT 1"}},
      {"columns named case and begin",
       atomic + "SELECT t.case, 1 AS case, t.begin FROM t; END; SELECT 1",
       {atomic + "SELECT t.case, 1 AS case, t.begin FROM t; END", "SELECT 1"}},
      {"a name that holds BEGIN",
       "CREATE FUNCTION x$BEGIN() RETURNS int RETURN 1; SELECT atomic",
       {"CREATE FUNCTION x$BEGIN() RETURNS int RETURN 1", "SELECT atomic"}},
      {"procedure, replaced",
       "create or replace procedure p() begin atomic insert into t values (1); end; select 1",
       {"create or replace procedure p() begin atomic insert into t values (1); end", "select 1"}},
      {"no body outside routines",
       "BEGIN; SELECT begin atomic FROM t; END; COMMIT",
       {"BEGIN", "SELECT begin atomic FROM t", "END", "COMMIT"}},
      {"function without a body of that kind",
       "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'BEGIN ATOMIC'; SELECT 1",
       {"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'BEGIN ATOMIC'", "SELECT 1"}},
      {"routine in a routine",
       atomic + "CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT 1; END; END; SELECT 1",
       {atomic + "CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT 1; END; END", "SELECT 1"}},
  });
}

TEST_CASE("COPY FROM STDIN takes its rows up to the line that holds only backslash dot") {
  struct Row {
    std::string source;
    std::string text;
    std::string rows;
  };
  const std::vector<Row> cases = {
      {"COPY t FROM STDIN;\n1\n2\n\\.\nSELECT 1;", "COPY t FROM STDIN", "1\n2\n"},
      {"COPY t FROM stdin WITH (FORMAT csv, HEADER);\na;b\n'\n\\.\nSELECT 1;",
       "COPY t FROM stdin WITH (FORMAT csv, HEADER)", "a;b\n'\n"},
      {"COPY t (a, b) FROM STDIN DELIMITER ';' ; -- rows\n1;2\n\\.\nSELECT 1;",
       "COPY t (a, b) FROM STDIN DELIMITER ';'", "1;2\n"},
      {"copy t from stdin;\r\n1\tx\r\n\\.\r\nSELECT 1;", "copy t from stdin", "1\tx\r\n"},
      {"COPY t FROM STDIN;\r1\r\\.\rSELECT 1;", "COPY t FROM STDIN", "1\r"},
      {"COPY t FROM STDIN;\n\\.\nSELECT 1;", "COPY t FROM STDIN", ""},
      {"COPY t FROM STDIN;\na\\.\n\\.b\n  \\. \nSELECT 1;", "COPY t FROM STDIN", "a\\.\n\\.b\n"},
  };
  for (const Row& c : cases) {
    INFO(c.source);
    const SplitResult result = windlass::sql::split(c.source, "a.sql");
    CHECK(result.diagnostics.empty());
    REQUIRE(result.statements.size() == 2);
    CHECK(result.statements[0].kind == StatementKind::kCopyFromStdin);
    CHECK(result.statements[0].text(c.source) == c.text);
    CHECK(result.statements[0].copy_data(c.source) == c.rows);
    CHECK(result.statements[1].kind == StatementKind::kSql);
    CHECK(result.statements[1].text(c.source) == "SELECT 1");
  }
}

TEST_CASE("a COPY that reads no rows is a plain statement") {
  check_table({
      {"to stdout", "COPY t TO STDOUT; SELECT 1", {"COPY t TO STDOUT", "SELECT 1"}},
      {"from a file", "COPY t FROM '/f'; SELECT 1", {"COPY t FROM '/f'", "SELECT 1"}},
      {"query",
       "COPY (SELECT * FROM stdin) TO STDOUT; SELECT 1",
       {"COPY (SELECT * FROM stdin) TO STDOUT", "SELECT 1"}},
      {"another command", "SELECT copy FROM stdin; SELECT 1", {"SELECT copy FROM stdin", "SELECT 1"}},
  });
}

TEST_CASE("restrict lines of a dump are accepted and marked") {
  const std::string source = "\\restrict Ab1\nSELECT 1;\n\\unrestrict Ab1\r\n";
  const SplitResult result = windlass::sql::split(source, "a.sql");
  CHECK(result.diagnostics.empty());
  CHECK(texts_of(result, source) ==
        std::vector<std::string>{"\\restrict Ab1", "SELECT 1", "\\unrestrict Ab1"});
  CHECK(result.statements[0].kind == StatementKind::kMetaCommand);
  CHECK(result.statements[1].kind == StatementKind::kSql);
  CHECK(result.statements[2].kind == StatementKind::kMetaCommand);
}

TEST_CASE("every statement is at its line and column") {
  struct Row {
    std::string source;
    std::vector<std::pair<int, int>> places;
  };
  const std::vector<Row> cases = {
      {"SELECT 1;\n\n-- c\n  SELECT 2; SELECT 3;", {{1, 1}, {4, 3}, {4, 13}}},
      {"SELECT 1;\r\nSELECT 2;\rSELECT 3;", {{1, 1}, {2, 1}, {3, 1}}},
      {"SELECT '\xC3\xA9\xC3\xA9'; SELECT 2;", {{1, 1}, {1, 14}}},
      {"\xEF\xBB\xBFSELECT 1;", {{1, 1}}},
      {"COPY t FROM STDIN;\n1\n\\.\nSELECT 1;", {{1, 1}, {4, 1}}},
  };
  for (const Row& c : cases) {
    INFO(c.source);
    std::vector<std::pair<int, int>> places;
    windlass::sql::Places in_source(c.source, "a.sql");
    for (const Statement& s : windlass::sql::split(c.source, "a.sql").statements) {
      const auto place = in_source.at(s.offset);
      places.emplace_back(place.line, place.column);
    }
    CHECK(places == c.places);
  }
}

TEST_CASE("what cannot be split is said where it began, with what to do") {
  struct Row {
    std::string source;
    std::string text;
  };
  const std::vector<Row> cases = {
      {"SELECT 1;\nSELECT 'a; SELECT 2;\n",
       "a.sql:2:8: error: quoted string without its end\n  SELECT 'a; SELECT 2;\n         ^\n"
       "  help: Close it with ', or write '' for a quote inside it.\n"},
      {"SELECT \"a;",
       "a.sql:1:8: error: quoted name without its end\n  SELECT \"a;\n         ^\n"
       "  help: Close it with \", or write \"\" for a quote inside it.\n"},
      {"DO $x$ ; $X$;",
       "a.sql:1:4: error: dollar quote $x$ without its end\n  DO $x$ ; $X$;\n     ^\n"
       "  help: Close it with the same delimiter, in the same case.\n"},
      {"SELECT 1; /* /* */",
       "a.sql:1:11: error: comment without its end\n  SELECT 1; /* /* */\n            ^\n"
       "  help: Close it with */; every /* inside it needs one of its own.\n"},
      {"SELECT (1;\nSELECT 2;",
       "a.sql:1:8: error: parenthesis without its end\n  SELECT (1;\n         ^\n"
       "  help: Close it with ): up to there no semicolon ends the statement.\n"},
      {"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;",
       "a.sql:1:33: error: BEGIN ATOMIC without its END\n"
       "  CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;\n                                  ^\n"
       "  help: End the body with END, behind the semicolon of its last statement.\n"},
      {"COPY t FROM STDIN;\n1\n",
       "a.sql:1:1: error: COPY ... FROM STDIN without the line \\. that ends its rows\n  COPY t FROM "
       "STDIN;\n  ^\n"
       "  help: Put a line that holds only \\. behind the last row.\n"},
      {"COPY t FROM STDIN; SELECT 1;\n1\n\\.\n",
       "a.sql:1:20: error: a statement on the line of COPY ... FROM STDIN, where its rows are expected next\n"
       "  COPY t FROM STDIN; SELECT 1;\n                     ^\n"
       "  help: Put it on a line of its own: before the COPY, or behind the \\. that ends the rows.\n"},
      {"\\i other.sql\nSELECT 1 \\gexec\n",
       "a.sql:1:1: error: psql command \\i is not SQL\n  \\i other.sql\n  ^\n"
       "  help: Write the statements of that file here, or make it a script of its own.\n"
       "a.sql:2:10: error: psql command \\gexec is not SQL\n  SELECT 1 \\gexec\n           ^\n"
       "  help: Execute the made statements in a DO block, with EXECUTE.\n"},
      {"\\timing",
       "a.sql:1:1: error: psql command \\timing is not SQL\n  \\timing\n  ^\n"
       "  help: Remove it: only psql knows backslash commands, and a script holds SQL only.\n"},
      {"SELECT 1\n\\restrict x\n;",
       "a.sql:2:1: error: psql command \\restrict is not SQL\n  \\restrict x\n  ^\n"
       "  help: Remove it: only psql knows backslash commands, and a script holds SQL only.\n"},
      {std::string("SELECT\0 1;", 10),
       "a.sql:1:7: error: the script holds a NUL byte\n"
       "  help: Save the script as UTF-8 text; UTF-16 and binary files do not work.\n"},
      {"SELECT '\xE9';",
       "a.sql:1:9: error: byte 0xe9 is not valid UTF-8\n  help: Save the script as UTF-8.\n"},
  };
  for (const Row& c : cases) {
    INFO(c.source);
    CHECK(diagnostics_of(c.source) == c.text);
  }
}

TEST_CASE("a backslash in a plain string is refused where the session reads it as an escape") {
  const std::string off = "SET standard_conforming_strings = off;\n";
  CHECK(
      diagnostics_of(off + "SELECT 'it\\'s'';") ==
      "a.sql:2:8: error: backslash in a string while standard_conforming_strings is off\n"
      "  SELECT 'it\\'s'';\n         ^\n"
      "  help: Write the string as E'...', which means the same under every setting, and remove the SET.\n");
  CHECK_FALSE(diagnostics_of("SET LOCAL standard_conforming_strings TO 'Off'; SELECT '\\';").empty());
  CHECK(diagnostics_of(off + "SELECT 'a', E'\\'', $$\\$$;").empty());
  CHECK(diagnostics_of(off + "RESET standard_conforming_strings; SELECT '\\';").empty());
  CHECK(diagnostics_of("SET standard_conforming_strings = on; SELECT '\\';").empty());
  CHECK(diagnostics_of("SET search_path = off; SELECT '\\';").empty());
}

TEST_CASE("a file that is no script is told so in a hundred diagnostics and one more") {
  std::string source;
  for (int i = 0; i < 500; ++i) source += "\\x\n";
  const auto diagnostics = windlass::sql::split(source, "a.sql").diagnostics.list();
  REQUIRE(diagnostics.size() == 101);
  CHECK(diagnostics[99].message == "psql command \\x is not SQL");
  CHECK(windlass::to_text(diagnostics[100]) ==
        "a.sql:101:1: error: more faults than are listed\n  \\x\n  ^\n  help: Mend those above first.\n");
}

TEST_CASE("a quote or bracket inside a refused psql command opens nothing") {
  const std::string source = "\\echo it's (\nSELECT 1;";
  const SplitResult result = windlass::sql::split(source, "a.sql");
  CHECK(result.diagnostics.list().size() == 1);
  CHECK(texts_of(result, source) == std::vector<std::string>{"SELECT 1"});
}

TEST_CASE("COPY without its end takes the rest of the file") {
  const std::string source = "COPY t FROM STDIN;\n1\nSELECT 1;\n";
  const SplitResult result = windlass::sql::split(source, "a.sql");
  REQUIRE(result.statements.size() == 1);
  CHECK(result.statements[0].copy_data(source) == "1\nSELECT 1;\n");
}
