#include "core/migrations/script_text.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <system_error>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/migrations/shown_line.hpp"

namespace windlass::migrations {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kConfig = ".conf";
constexpr std::uintmax_t kTooLarge = 512U * 1024U * 1024U;

// Why the file is not read, with what to do; nothing when it can be.
std::optional<Diagnostic> obstacle(const std::string& file) {
  Diagnostic diagnostic;
  diagnostic.position.file = file;
  std::error_code error;
  const auto status = fs::status(file, error);
  if (!fs::exists(status)) {
    diagnostic.message =
        fmt::format("cannot read this script: {}", error ? error.message() : "a link to nothing");
    diagnostic.help = "Put the file in its place, or remove the link.";
    return diagnostic;
  }
  if (!fs::is_regular_file(status)) {
    diagnostic.message = "this is no regular file";
    diagnostic.help = "Move it out of the location.";
    return diagnostic;
  }
  if (fs::file_size(file, error) < kTooLarge) return std::nullopt;
  diagnostic.message = error ? fmt::format("cannot read this script: {}", error.message())
                             : "this script is larger than a migration may be (512 MiB)";
  diagnostic.help = "Split it, or load the data by other means than a migration.";
  return diagnostic;
}

}  // namespace

std::optional<std::string> read_script_bytes(const std::string& file, Diagnostics& diagnostics) {
  try {
    return read_file(file, kTooLarge - 1, FileKind::kRegular);
  } catch (const Error& error) {
    auto diagnostic = obstacle(file);
    if (!diagnostic) {
      diagnostic.emplace();
      diagnostic->position.file = file;
      diagnostic->message = error.what();
      diagnostic->help = "Make it readable for the user that runs this.";
    }
    diagnostics.add(std::move(*diagnostic));
  }
  return std::nullopt;
}

std::optional<std::string> decode_script(std::string_view bytes, const std::string& encoding,
                                         const std::string& file, Diagnostics& diagnostics) {
  Decoded decoded = decode(bytes, *parse_encoding(encoding));
  if (!decoded.malformed_offset) return std::move(decoded.text);
  Diagnostic diagnostic;
  diagnostic.position = position_at(decoded.text, decoded.text.size(), file);
  diagnostic.message = fmt::format("byte 0x{:02X} is not {}",
                                   static_cast<unsigned char>(bytes[*decoded.malformed_offset]), encoding);
  diagnostic.help = file.ends_with(kConfig)
                        ? fmt::format("Save the file as {}.", encoding)
                        : fmt::format("Save the file as {}, or say what it is: encoding=ISO-8859-1 in {}{}.",
                                      encoding, fs::path(file).filename().string(), kConfig);
  diagnostic.source = shown_line(decoded.text, decoded.text.size());
  diagnostics.add(std::move(diagnostic));
  return std::nullopt;
}

}  // namespace windlass::migrations
