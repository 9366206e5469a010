// Turns a script's bytes into UTF-8 text, strictly: a byte that its encoding does not know is never guessed
// at.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windlass::migrations {

enum class Encoding { kUtf8, kUsAscii, kLatin1, kWindows1252, kUtf16, kUtf16Be, kUtf16Le };

// The encoding that Java knows by this name or one of its usual aliases, in any case.
std::optional<Encoding> parse_encoding(std::string_view name);

// The canonical names, for help texts.
const std::vector<std::string>& encoding_names();

struct Decoded {
  std::string text;                             // UTF-8; ends before the malformed byte when there is one
  std::optional<std::size_t> malformed_offset;  // of the first byte that does not belong
};

// A byte order mark stays in the text, but for the one that tells UTF-16 its byte order (without one it is
// big-endian, as in Java).
Decoded decode(std::string_view bytes, Encoding encoding);

}  // namespace windlass::migrations
