#include "core/migrations/location.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"

namespace windlass::migrations {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFileSystem = "filesystem:";
constexpr std::string_view kAnyFolders = "**";

bool is_wildcard(std::string_view component) {
  return component.find_first_of("*?") != std::string_view::npos;
}

// "classpath" of "classpath:db"; empty when there is none. One letter is a Windows drive, not a prefix.
std::string_view scheme_of(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon < 2) return {};
  const auto scheme = text.substr(0, colon);
  const bool word = std::all_of(scheme.begin(), scheme.end(),
                                [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
  return word ? scheme : std::string_view{};
}

Diagnostic refused(std::string_view text, std::string_view scheme) {
  Diagnostic diagnostic;
  const bool known = scheme == "classpath" || scheme == "s3" || scheme == "gcs";
  diagnostic.message = known ? fmt::format("the location {} is not a folder", text)
                             : fmt::format("unknown prefix for location (should be filesystem:): {}", text);
  diagnostic.help =
      known ? "Copy the scripts into a folder of the project or the image and name that: filesystem:FOLDER."
            : "Write filesystem: before a folder whose name has a colon.";
  return diagnostic;
}

// Steps over one character, not one byte.
std::size_t after_character(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size() && is_utf8_continuation(text[at])) ++at;
  return at;
}

// The positions of `name` that each beginning of the pattern can end at, carried from one to the next: no
// pattern costs more than its length times the name's.
bool component_matches(std::string_view pattern, std::string_view name) {
  std::vector<bool> reached(name.size() + 1, false);
  reached[0] = true;
  for (const char wanted : pattern) {
    std::vector<bool> next(name.size() + 1, false);
    bool any_before = false;
    for (std::size_t at = 0; at < reached.size(); ++at) {
      if (wanted == '*' && any_before) next[at] = true;
      any_before = any_before || reached[at];
      if (!reached[at] || at == name.size()) continue;
      if (wanted == '?') next[after_character(name, at)] = true;
      if (wanted == name[at] && wanted != '*' && wanted != '?') next[at + 1] = true;
    }
    reached = std::move(next);
  }
  return reached.back();
}

using Components = std::vector<std::string>;

bool path_matches(const Components& pattern, Components::const_iterator begin,
                  Components::const_iterator end) {
  const auto count = static_cast<std::size_t>(end - begin);
  std::vector<bool> reached(count + 1, false);
  reached[0] = true;
  for (const std::string& wanted : pattern) {
    std::vector<bool> next(count + 1, false);
    bool any_before = false;
    for (std::size_t at = 0; at <= count; ++at) {
      any_before = any_before || reached[at];
      if (wanted == kAnyFolders) {
        next[at] = any_before;
      } else if (at < count && reached[at]) {
        next[at + 1] = component_matches(wanted, *(begin + static_cast<std::ptrdiff_t>(at)));
      }
    }
    reached = std::move(next);
  }
  return reached.back();
}

bool ends_in_suffix(std::string_view component, const std::vector<std::string>& suffixes) {
  return std::any_of(suffixes.begin(), suffixes.end(), [&](const std::string& suffix) {
    return !suffix.empty() && to_lower(component).ends_with(to_lower(suffix));
  });
}

bool is_inside(const fs::path& inner, const fs::path& outer) {
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

Diagnostic discarded(std::string message) {
  Diagnostic diagnostic;
  diagnostic.severity = Severity::kWarning;
  diagnostic.message = std::move(message);
  diagnostic.help = "Name each folder once in `locations`; folders inside it are read too.";
  return diagnostic;
}

bool same_place(const Location& a, const Location& b) { return a.root == b.root && a.pattern == b.pattern; }

}  // namespace

std::variant<Location, Diagnostic> parse_location(std::string_view text, const fs::path& base,
                                                  const std::vector<std::string>& suffixes) {
  std::string_view path = text;
  if (path.starts_with(kFileSystem)) {
    path.remove_prefix(kFileSystem.size());
  } else if (const auto scheme = scheme_of(text); !scheme.empty()) {
    return refused(text, scheme);
  }
  Location location;
  location.text = text;
  fs::path root = base;
  for (const fs::path& component : fs::path(path).lexically_normal()) {
    if (component.empty()) continue;  // behind a trailing slash
    if (location.pattern.empty() && !is_wildcard(component.string())) {
      root /= component;
    } else {
      location.pattern.push_back(component.string());
    }
  }
  location.root = root.lexically_normal();
  if (!location.root.has_filename() && location.root.has_relative_path())
    location.root = location.root.parent_path();
  location.names_files = !location.pattern.empty() && ends_in_suffix(location.pattern.back(), suffixes);
  return location;
}

std::optional<std::string> script_path(const Location& location, const Components& components) {
  if (location.pattern.empty()) return join(components, "/");
  if (location.names_files) {
    if (!path_matches(location.pattern, components.begin(), components.end())) return std::nullopt;
    return join(components, "/");
  }
  for (auto folder_end = components.end() - 1;; --folder_end) {
    if (path_matches(location.pattern, components.begin(), folder_end)) {
      return join(Components(folder_end, components.end()), "/");
    }
    if (folder_end == components.begin()) return std::nullopt;
  }
}

std::vector<Location> without_overlaps(std::vector<Location> locations, Diagnostics& diagnostics) {
  std::stable_sort(locations.begin(), locations.end(), [](const Location& a, const Location& b) {
    return std::tie(a.root, a.pattern) < std::tie(b.root, b.pattern);
  });
  std::vector<Location> kept;
  for (Location& location : locations) {
    const auto twin = std::find_if(kept.begin(), kept.end(),
                                   [&](const Location& other) { return same_place(location, other); });
    const auto outer = std::find_if(kept.begin(), kept.end(), [&](const Location& other) {
      return other.pattern.empty() && location.pattern.empty() && is_inside(location.root, other.root);
    });
    if (twin != kept.end()) {
      diagnostics.add(discarded(fmt::format("discarding duplicate location '{}'", location.text)));
    } else if (outer != kept.end()) {
      diagnostics.add(discarded(fmt::format("discarding location '{}' as it is a sub-location of '{}'",
                                            location.text, outer->text)));
    } else {
      kept.push_back(std::move(location));
    }
  }
  return kept;
}

}  // namespace windlass::migrations
