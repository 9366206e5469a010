#include "core/base/text.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <concepts>
#include <ostream>

#include "core/base/secret.hpp"

namespace windlass {

TEST_CASE("letters change case, bytes above ASCII do not") {
  CHECK(to_lower("AbC-Ä") == "abc-Ä");
  CHECK(to_upper("aBc_ß") == "ABC_ß");
}

TEST_CASE("blanks go from both ends only") {
  CHECK(trim(" \t a b \r\n") == "a b");
  CHECK(trim(" \n ").empty());
  CHECK(trim("").empty());
}

TEST_CASE("a text is split at every separator, and nothing has no parts") {
  CHECK(split("", ',').empty());
  CHECK(split("a", ',') == std::vector<std::string>{"a"});
  CHECK(split("a,,b,", ',') == std::vector<std::string>{"a", "", "b", ""});
  CHECK(split(",", ',') == std::vector<std::string>{"", ""});
  CHECK(join({"a", "", "b"}, ", ") == "a, , b");
  CHECK(join({}, ",").empty());
}

TEST_CASE("a count agrees with its noun") {
  CHECK(counted(0, "script") == "0 scripts");
  CHECK(counted(1, "script") == "1 script");
  CHECK(counted(2, "script") == "2 scripts");
}

TEST_CASE("UTF-8 is well formed, or the first byte that is not is found") {
  struct Row {
    std::string_view text;
    std::size_t first_invalid;
  };
  const auto row = GENERATE(
      Row{"", 0}, Row{"abc", 3}, Row{"ñ", 2}, Row{"日", 3}, Row{"😀", 4}, Row{"a\x80", 1},  // lone tail
      Row{"\xc0\xaf", 0},                                                                  // overlong
      Row{"\xe0\x9f\xbf", 0}, Row{"\xf0\x8f\xbf\xbf", 0},                                  // overlong
      Row{"x\xed\xa0\x80", 1},                                                             // surrogate
      Row{"\xed\x9f\xbf", 3}, Row{"\xf4\x8f\xbf\xbf", 4}, Row{"\xf4\x90\x80\x80", 0},      // above the end
      Row{"ab\xc3", 2}, Row{"\xe6\x97", 0}, Row{"\xf0\x9f\x98", 0}, Row{"\xff", 0},        // cut short
      Row{std::string_view("a\0b", 3), 3});
  CHECK(first_invalid_utf8(row.text) == row.first_invalid);
  CHECK(is_valid_utf8(row.text) == (row.first_invalid == row.text.size()));
}

TEST_CASE("a continuation byte is told from every other") {
  CHECK(is_utf8_continuation('\x80'));
  CHECK(is_utf8_continuation('\xbf'));
  CHECK_FALSE(is_utf8_continuation('a'));
  CHECK_FALSE(is_utf8_continuation('\xc3'));
}

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
static_assert(!Printable<Secret>, "a secret must not be printable");
static_assert(!std::is_convertible_v<Secret, std::string>, "a secret must not turn into a text by itself");
static_assert(!fmt::is_formattable<Secret>::value, "a secret must not be formattable");
static_assert(!std::equality_comparable<Secret>, "a secret must not be comparable");

TEST_CASE("a secret is revealed only when asked") {
  CHECK(Secret().empty());
  CHECK(Secret("pw").reveal() == "pw");
}

}  // namespace windlass
