#include "core/sql/word_reader.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using windlass::sql::is_off;
using windlass::sql::is_on;
using windlass::sql::Options;
using windlass::sql::WordReader;

TEST_CASE("phrases are accepted as a whole or not at all") {
  WordReader words("Create /* x */ INDEX\nconcurrently i");
  CHECK_FALSE(words.accept("create table"));
  CHECK(words.sees("create index"));
  CHECK(words.accept("create index concurrently"));
  CHECK(words.accept_name() == "i");
  CHECK(words.at_end());
  CHECK_FALSE(words.accept("i"));
}

TEST_CASE("names are read as they are written") {
  CHECK(WordReader("app . \"T x\" (a)").accept_name() == "app.\"T x\"");
  CHECK(WordReader("(a)").accept_name().empty());
  CHECK(WordReader("a, ONLY app.b *, c (x, y) , d CASCADE").accept_names() ==
        std::vector<std::string>{"a", "app.b", "c", "d"});
  CHECK(WordReader("").accept_names().empty());
}

TEST_CASE("option lists are read with or without values") {
  WordReader words("(VERBOSE, Concurrently FALSE, slot_name = 'X', nested (a, b)) t");
  const Options options = words.accept_options();
  CHECK(options.at("verbose").empty());
  CHECK(options.at("concurrently") == "false");
  CHECK(options.at("slot_name") == "x");
  CHECK(options.size() == 4);
  CHECK(words.accept_name() == "t");
  CHECK(is_on(options, "verbose"));
  CHECK_FALSE(is_on(options, "concurrently"));
  CHECK(is_off(options, "concurrently"));
  CHECK_FALSE(is_off(options, "missing"));
  CHECK_FALSE(is_on(options, "missing"));
  CHECK(WordReader("t").accept_options().empty());
  CHECK(WordReader("(a, b").accept_options().size() == 2);
}

TEST_CASE("what stands in parentheses is not seen from outside") {
  const WordReader words("a (not valid, b), c not valid");
  CHECK(words.has_ahead("not valid"));
  CHECK_FALSE(words.has_ahead_before_comma("not valid"));
  CHECK_FALSE(words.has_ahead("b"));
  WordReader action = words;
  CHECK(action.skip_past_comma());
  CHECK(action.accept("c"));
  CHECK_FALSE(action.skip_past_comma());
}

TEST_CASE("a call counts only behind DEFAULT") {
  CHECK(WordReader("a numeric(10) DEFAULT f(1)").has_call_in_default());
  CHECK(WordReader("a int DEFAULT 1 + app.f ()").has_call_in_default());
  CHECK_FALSE(WordReader("a numeric(10) DEFAULT (1)").has_call_in_default());
  CHECK_FALSE(WordReader("a int DEFAULT 1, b int CHECK (f(b))").has_call_in_default());
}
