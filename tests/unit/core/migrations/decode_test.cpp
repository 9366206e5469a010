#include "core/migrations/decode.hpp"

#include <catch2/catch.hpp>

using windlass::migrations::decode;
using windlass::migrations::Encoding;
using windlass::migrations::encoding_names;
using windlass::migrations::parse_encoding;

namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

}  // namespace

TEST_CASE("each encoding gives the text it stands for") {
  struct Case {
    Encoding encoding;
    std::string bytes;
    std::string text;
  };
  const std::vector<Case> cases = {
      {Encoding::kUtf8, "a\xC3\xA9", "a\xC3\xA9"},
      {Encoding::kUtf8, "\xEF\xBB\xBFx", "\xEF\xBB\xBFx"},
      {Encoding::kUsAscii, "abc\x7F", "abc\x7F"},
      {Encoding::kLatin1, "\x80\xE9\xFF", "\xC2\x80\xC3\xA9\xC3\xBF"},
      {Encoding::kWindows1252, "\x80\x93\xE9", "\xE2\x82\xAC\xE2\x80\x9C\xC3\xA9"},
      {Encoding::kUtf16Be, bytes({0x00, 0x61, 0x20, 0xAC}), "a\xE2\x82\xAC"},
      {Encoding::kUtf16Le, bytes({0xFF, 0xFE, 0x61, 0x00}),
       "\xEF\xBB\xBF"
       "a"},
      {Encoding::kUtf16, bytes({0xFF, 0xFE, 0x61, 0x00}), "a"},
      {Encoding::kUtf16, bytes({0xFE, 0xFF, 0x00, 0x61}), "a"},
      {Encoding::kUtf16, bytes({0x00, 0x61}), "a"},
      {Encoding::kUtf16Le, bytes({0x3D, 0xD8, 0x00, 0xDE}), "\xF0\x9F\x98\x80"},
  };
  for (const auto& [encoding, source, text] : cases) {
    const auto decoded = decode(source, encoding);
    INFO(text);
    CHECK(decoded.text == text);
    CHECK_FALSE(decoded.malformed_offset.has_value());
  }
}

TEST_CASE("decoding stops at the first byte that does not belong") {
  struct Case {
    Encoding encoding;
    std::string bytes;
    std::string text;
    std::size_t offset;
  };
  const std::vector<Case> cases = {
      {Encoding::kUtf8, "ab\xE9'", "ab", 2},
      {Encoding::kUtf8, "a\xE2\x82", "a", 1},
      {Encoding::kUsAscii, "a\x80", "a", 1},
      {Encoding::kWindows1252, "\xE9\x81", "\xC3\xA9", 1},
      {Encoding::kUtf16Be, bytes({0x00, 0x61, 0x00}), "a", 2},
      {Encoding::kUtf16Be, bytes({0x00, 0x61, 0xD8, 0x00, 0x00, 0x61}), "a", 2},
      {Encoding::kUtf16Be, bytes({0x00, 0x61, 0xD8, 0x00}), "a", 2},
      {Encoding::kUtf16Be, bytes({0xDC, 0x00, 0x00, 0x61}), "", 0},
      {Encoding::kUtf16, bytes({0xFF, 0xFE, 0x00, 0xDC}), "", 2},
  };
  for (const auto& [encoding, source, text, offset] : cases) {
    const auto decoded = decode(source, encoding);
    INFO(offset << " of " << source.size());
    CHECK(decoded.text == text);
    CHECK(decoded.malformed_offset == offset);
  }
}

TEST_CASE("encodings are known by Java's names in any case") {
  CHECK(parse_encoding("utf-8") == Encoding::kUtf8);
  CHECK(parse_encoding("Latin1") == Encoding::kLatin1);
  CHECK(parse_encoding("ISO8859_1") == Encoding::kLatin1);
  CHECK(parse_encoding("Cp1252") == Encoding::kWindows1252);
  CHECK_FALSE(parse_encoding("nope-8").has_value());
  CHECK_FALSE(parse_encoding("").has_value());
  for (const auto& name : encoding_names()) CHECK(parse_encoding(name).has_value());
}
