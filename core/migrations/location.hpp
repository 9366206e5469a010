// One entry of `locations`: a folder, or a pattern for folders or files below one (Flyway section 3.6).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/diagnostic.hpp"

namespace windlass::migrations {

struct Location {
  std::string text;                  // as it was written
  std::filesystem::path root;        // the folder to search: the path up to the first wildcard
  std::vector<std::string> pattern;  // the components below the root; empty without wildcards
  bool names_files = false;          // the pattern's last component is for files, not folders
};

// Wildcards: ** is any number of folders, * one or more characters, ? one character, neither of them '/'.
// A pattern is for files when it ends in one of `suffixes`. A diagnostic for what is no folder: classpath:,
// s3:.
std::variant<Location, Diagnostic> parse_location(std::string_view text, const std::filesystem::path& base,
                                                  const std::vector<std::string>& suffixes);

// What the history table calls the file at `components` below the root; nothing when the pattern leaves it
// out. Behind a pattern for folders it is relative to the deepest folder that the pattern fits, else to the
// root.
std::optional<std::string> script_path(const Location& location, const std::vector<std::string>& components);

// Without duplicates and locations inside another one, sorted; each that is dropped is a warning, as in
// Flyway.
std::vector<Location> without_overlaps(std::vector<Location> locations, Diagnostics& diagnostics);

}  // namespace windlass::migrations
