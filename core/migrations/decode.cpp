#include "core/migrations/decode.hpp"

#include <array>
#include <map>

#include "core/base/text.hpp"

namespace windlass::migrations {
namespace {

// 0x80 to 0x9F of windows-1252; 0 where it has no character.
constexpr std::array<char16_t, 32> kWindows1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

void append_utf8(std::string& text, char32_t code) {
  const auto put = [&](char32_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6U));
    put(0x80 | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12U));
    put(0x80 | ((code >> 6U) & 0x3FU));
    put(0x80 | (code & 0x3FU));
  } else {
    put(0xF0 | (code >> 18U));
    put(0x80 | ((code >> 12U) & 0x3FU));
    put(0x80 | ((code >> 6U) & 0x3FU));
    put(0x80 | (code & 0x3FU));
  }
}

// The character that one byte stands for; nothing when it stands for none.
std::optional<char32_t> single_byte(unsigned char byte, Encoding encoding) {
  if (byte < 0x80 || encoding == Encoding::kLatin1) return byte;
  if (encoding == Encoding::kUsAscii) return std::nullopt;
  if (byte >= 0xA0) return byte;
  const char16_t code = kWindows1252[static_cast<std::size_t>(byte - 0x80)];
  if (code == 0) return std::nullopt;
  return code;
}

Decoded decode_single_bytes(std::string_view bytes, Encoding encoding) {
  Decoded decoded;
  decoded.text.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const auto code = single_byte(static_cast<unsigned char>(bytes[at]), encoding);
    if (!code) {
      decoded.malformed_offset = at;
      return decoded;
    }
    append_utf8(decoded.text, *code);
  }
  return decoded;
}

enum class ByteOrder { kBig, kLittle };

class Utf16Reader {
 public:
  Utf16Reader(std::string_view bytes, ByteOrder order) : bytes_(bytes), order_(order) {}

  bool at_end() const { return at_ >= bytes_.size(); }
  std::size_t offset() const { return at_; }

  // The next character, a surrogate pair taken together; nothing when it is cut off or half a pair.
  std::optional<char32_t> next() {
    const auto first = unit(at_);
    if (!first || is_low_surrogate(*first)) return std::nullopt;
    if (!is_high_surrogate(*first)) {
      at_ += 2;
      return *first;
    }
    const auto second = unit(at_ + 2);
    if (!second || !is_low_surrogate(*second)) return std::nullopt;
    at_ += 4;
    return 0x10000 + ((*first - 0xD800) << 10U) + (*second - 0xDC00);
  }

 private:
  static bool is_high_surrogate(char32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
  static bool is_low_surrogate(char32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

  std::optional<char32_t> unit(std::size_t at) const {
    if (at + 1 >= bytes_.size()) return std::nullopt;
    const auto first = static_cast<unsigned char>(bytes_[at]);
    const auto second = static_cast<unsigned char>(bytes_[at + 1]);
    const bool big = order_ == ByteOrder::kBig;
    return (static_cast<char32_t>(big ? first : second) << 8U) | (big ? second : first);
  }

  std::string_view bytes_;
  ByteOrder order_;
  std::size_t at_ = 0;
};

Decoded decode_utf16(std::string_view bytes, ByteOrder order) {
  Decoded decoded;
  decoded.text.reserve(bytes.size());
  Utf16Reader reader(bytes, order);
  while (!reader.at_end()) {
    const auto code = reader.next();
    if (!code) {
      decoded.malformed_offset = reader.offset();
      return decoded;
    }
    append_utf8(decoded.text, *code);
  }
  return decoded;
}

Decoded decode_marked_utf16(std::string_view bytes) {
  constexpr std::size_t kMark = 2;
  const bool little = bytes.starts_with("\xFF\xFE");
  const bool marked = little || bytes.starts_with("\xFE\xFF");
  Decoded decoded =
      decode_utf16(bytes.substr(marked ? kMark : 0), little ? ByteOrder::kLittle : ByteOrder::kBig);
  if (decoded.malformed_offset && marked) *decoded.malformed_offset += kMark;
  return decoded;
}

Decoded decode_utf8(std::string_view bytes) {
  const std::size_t valid = first_invalid_utf8(bytes);
  Decoded decoded{std::string(bytes.substr(0, valid)), std::nullopt};
  if (valid < bytes.size()) decoded.malformed_offset = valid;
  return decoded;
}

}  // namespace

std::optional<Encoding> parse_encoding(std::string_view name) {
  static const std::map<std::string, Encoding> names = {{"utf-8", Encoding::kUtf8},
                                                        {"utf8", Encoding::kUtf8},
                                                        {"us-ascii", Encoding::kUsAscii},
                                                        {"ascii", Encoding::kUsAscii},
                                                        {"iso-8859-1", Encoding::kLatin1},
                                                        {"iso8859-1", Encoding::kLatin1},
                                                        {"iso8859_1", Encoding::kLatin1},
                                                        {"latin1", Encoding::kLatin1},
                                                        {"windows-1252", Encoding::kWindows1252},
                                                        {"cp1252", Encoding::kWindows1252},
                                                        {"utf-16", Encoding::kUtf16},
                                                        {"utf16", Encoding::kUtf16},
                                                        {"utf-16be", Encoding::kUtf16Be},
                                                        {"utf-16le", Encoding::kUtf16Le}};
  const auto found = names.find(to_lower(name));
  if (found == names.end()) return std::nullopt;
  return found->second;
}

const std::vector<std::string>& encoding_names() {
  static const std::vector<std::string> names = {"UTF-8",  "US-ASCII", "ISO-8859-1", "windows-1252",
                                                 "UTF-16", "UTF-16BE", "UTF-16LE"};
  return names;
}

Decoded decode(std::string_view bytes, Encoding encoding) {
  switch (encoding) {
    case Encoding::kUtf8: return decode_utf8(bytes);
    case Encoding::kUtf16: return decode_marked_utf16(bytes);
    case Encoding::kUtf16Be: return decode_utf16(bytes, ByteOrder::kBig);
    case Encoding::kUtf16Le: return decode_utf16(bytes, ByteOrder::kLittle);
    case Encoding::kUsAscii:
    case Encoding::kLatin1:
    case Encoding::kWindows1252: break;
  }
  return decode_single_bytes(bytes, encoding);
}

}  // namespace windlass::migrations
