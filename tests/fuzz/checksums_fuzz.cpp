// Checksums and decoding: as Flyway's, line by line, whatever the line ends and the bytes.
#include <fuzzer/FuzzedDataProvider.h>

#include <array>

#include "core/base/text.hpp"
#include "core/migrations/checksum.hpp"
#include "core/migrations/decode.hpp"
#include "tests/fuzz/promise.hpp"

namespace {

using windlass::fuzz::expect;
using windlass::migrations::checksum;

// CRC-32 (IEEE 802.3), bit by bit.
class Crc {
 public:
  void add(unsigned char byte) {
    state_ ^= byte;
    for (int bit = 0; bit < 8; ++bit) state_ = (state_ >> 1U) ^ ((state_ & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  std::int32_t value() const { return static_cast<std::int32_t>(~state_); }

 private:
  std::uint32_t state_ = 0xFFFFFFFFU;
};

// As Flyway reads a script: a line at a time, its end dropped, the byte order mark of the first line too.
std::int32_t by_lines(const std::string& text) {
  Crc crc;
  std::string line;
  bool first = true;
  const auto finish = [&] {
    if (first && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    first = false;
    for (const char c : line) crc.add(static_cast<unsigned char>(c));
    line.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' && text[i] != '\n') {
      line += text[i];
      continue;
    }
    finish();
    if (text.compare(i, 2, "\r\n") == 0) ++i;
  }
  if (!line.empty()) finish();
  return crc.value();
}

std::string with_line_ends(const std::string& text, std::string_view end) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') {
      result += end;
    } else {
      result += c;
    }
  }
  return result;
}

void check_decoding(const std::string& bytes) {
  using windlass::migrations::Encoding;
  for (const auto encoding : {Encoding::kUtf8, Encoding::kUsAscii, Encoding::kLatin1, Encoding::kWindows1252,
                              Encoding::kUtf16, Encoding::kUtf16Be, Encoding::kUtf16Le}) {
    const auto decoded = windlass::migrations::decode(bytes, encoding);
    expect(windlass::is_valid_utf8(decoded.text), "what is decoded is UTF-8");
    expect(!decoded.malformed_offset || *decoded.malformed_offset < bytes.size(),
           "the malformed byte is one of the file's");
    const bool taken = encoding != Encoding::kUtf8 || decoded.malformed_offset || decoded.text == bytes;
    expect(taken, "UTF-8 stays as it is");
  }
  expect(windlass::migrations::decode(bytes, windlass::migrations::Encoding::kUtf8)
                 .malformed_offset.has_value() != windlass::is_valid_utf8(bytes),
         "a fault is found exactly where there is one");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::int32_t sum = checksum(text);
  expect(sum == by_lines(text), "the checksum is Flyway's", std::to_string(sum));
  expect(checksum(with_line_ends(text, "\r\n")) == sum, "CRLF does not count");
  expect(checksum(with_line_ends(text, "\r")) == sum, "CR does not count");
  expect(checksum(text + "\n") == sum, "a last line end does not count");
  check_decoding(text);
  return 0;
}
