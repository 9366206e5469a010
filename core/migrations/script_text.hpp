// Reads one script file: its bytes within a bound, and its text by its encoding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/diagnostic.hpp"
#include "core/base/seekable_file.hpp"
#include "core/migrations/decode.hpp"

namespace windlass::migrations {

// Nothing, and a diagnostic, when the file is no regular file, cannot be read, or is 512 MiB or larger.
std::optional<std::string> read_script_bytes(const std::string& file, Diagnostics& diagnostics);
// The same for a script that is read in pieces.
std::optional<SeekableFile> open_script(const std::string& file, Diagnostics& diagnostics);

// Nothing, and a diagnostic at the first byte that does not belong, when `bytes` are not in `encoding` (one
// that parse_encoding() knows).
std::optional<std::string> decode_script(std::string_view bytes, const std::string& encoding,
                                         const std::string& file, Diagnostics& diagnostics);
// What decode_script reports for such a byte. `line` is what of its line stands before it.
Diagnostic malformed_byte(unsigned char byte, const std::string& encoding, Position position,
                          std::string_view line);

}  // namespace windlass::migrations
