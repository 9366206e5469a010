#include "core/base/duration.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;

namespace windlass {

TEST_CASE("durations are read as people write them") {
  struct Row {
    const char* text;
    Milliseconds expected;
  };
  const auto row =
      GENERATE(Row{"500ms", 500ms}, Row{"30s", 30s}, Row{"15m", 15min}, Row{"2h", 2h}, Row{"1h30m", 90min},
               Row{"1m0s", 1min}, Row{"0s", 0s}, Row{"0ms", 0s}, Row{"87600h", 87'600h});
  CAPTURE(row.text);
  CHECK(parse_duration(row.text) == row.expected);
}

TEST_CASE("what is no duration is none") {
  const auto* text =
      GENERATE("", " ", "5", "s", "5 s", "5d", "5S", "-5s", "-0s", "+5s", "1h-5m", "1.5s", "1e3s", "5s ",
               "5ss", "forever", "87601h", "99999999999999999999s", "9223372036854775807ms");
  CAPTURE(text);
  CHECK_FALSE(parse_duration(text).has_value());
}

TEST_CASE("durations are written in their shortest form, which reads back as the same") {
  struct Row {
    Milliseconds duration;
    const char* expected;
  };
  const auto row = GENERATE(Row{0s, "0s"}, Row{1'500ms, "1500ms"}, Row{90s, "1m30s"}, Row{1h, "1h"},
                            Row{3'601s, "1h1s"}, Row{90min, "1h30m"}, Row{60s, "1m"}, Row{168h, "168h"});
  CHECK(format_duration(row.duration) == row.expected);
  CHECK(parse_duration(format_duration(row.duration)) == row.duration);
}

}  // namespace windlass
