// Reads one script file: its bytes within a bound, and its text by its encoding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/diagnostic.hpp"
#include "core/migrations/decode.hpp"

namespace windlass::migrations {

// Nothing, and a diagnostic, when the file is no regular file, cannot be read, or is 512 MiB or larger.
std::optional<std::string> read_script_bytes(const std::string& file, Diagnostics& diagnostics);

// Nothing, and a diagnostic at the first byte that does not belong, when `bytes` are not in `encoding` (one
// that parse_encoding() knows).
std::optional<std::string> decode_script(std::string_view bytes, const std::string& encoding,
                                         const std::string& file, Diagnostics& diagnostics);

}  // namespace windlass::migrations
