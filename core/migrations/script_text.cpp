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

// Runs `read`, and turns what keeps it from reading the file into a diagnostic.
template <typename Read>
auto read_or_report(const std::string& file, Diagnostics& diagnostics, const Read& read)
    -> std::optional<decltype(read())> {
  try {
    return read();
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

}  // namespace

std::optional<std::string> read_script_bytes(const std::string& file, Diagnostics& diagnostics) {
  return read_or_report(file, diagnostics,
                        [&] { return read_file(file, kTooLarge - 1, FileKind::kRegular); });
}

std::optional<SeekableFile> open_script(const std::string& file, Diagnostics& diagnostics) {
  return read_or_report(file, diagnostics, [&] {
    SeekableFile opened(file);
    if (opened.size() >= kTooLarge)
      throw Error(ExitCode::kInvalidScripts, "too large");  // obstacle() says it
    return opened;
  });
}

Diagnostic malformed_byte(unsigned char byte, const std::string& encoding, Position position,
                          std::string_view line) {
  constexpr std::size_t kLongestShown = 500;
  Diagnostic diagnostic;
  diagnostic.message = fmt::format("byte 0x{:02X} is not {}", byte, encoding);
  diagnostic.help = position.file.ends_with(kConfig)
                        ? fmt::format("Save the file as {}.", encoding)
                        : fmt::format("Save the file as {}, or say what it is: encoding=ISO-8859-1 in {}{}.",
                                      encoding, fs::path(position.file).filename().string(), kConfig);
  diagnostic.position = std::move(position);
  if (line.size() <= kLongestShown) diagnostic.source = line;
  return diagnostic;
}

std::optional<std::string> decode_script(std::string_view bytes, const std::string& encoding,
                                         const std::string& file, Diagnostics& diagnostics) {
  Decoded decoded = decode(bytes, *parse_encoding(encoding));
  if (!decoded.malformed_offset) return std::move(decoded.text);
  const std::size_t end = decoded.text.size();
  diagnostics.add(malformed_byte(static_cast<unsigned char>(bytes[*decoded.malformed_offset]), encoding,
                                 position_at(decoded.text, end, file), line_at(decoded.text, end)));
  return std::nullopt;
}

}  // namespace windlass::migrations
