#include "core/project/format.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <mutex>
#include <regex>
#include <utility>

#include "core/base/duration.hpp"

namespace windlass::project {
namespace {

using enum Format;

// Lengths bound the texts that meet a pattern, so that the library's recursive matcher stays shallow. The
// rules for names are those of Kubernetes' validation; 63 bytes is PostgreSQL's NAMEDATALEN - 1.
constexpr std::array kRows{
    FormatRow{kText, "text", "", 65536, "must be text"},
    FormatRow{kWord, "text", R"(^\S([^\n]*\S)?$)", 1024,
              "must be one line of text, not empty, without blanks around it"},
    FormatRow{kListWord, "text", R"(^[^,\s]([^,\n]*[^,\s])?$)", 1024,
              "must be one line of text, not empty, without a comma"},
    FormatRow{kChoice, "choice", "", 65536, "must be one of the allowed values"},
    FormatRow{kBool, "boolean", "", 65536, "must be true or false"},
    FormatRow{kNumber, "whole number", "", 65536, "must be a whole number"},
    FormatRow{kDuration, "duration", R"(^([0-9]+(ms|s|m|h))+$)", 64,
              "must be a duration such as 500ms, 30s, 15m or 1h30m"},
    FormatRow{kTimeout, "duration", R"(^(?=.*[1-9])([0-9]+(ms|s|m|h))+$)", 64,
              "must be a duration longer than zero, such as 500ms, 30s, 15m or 1h30m"},
    FormatRow{kSeconds, "duration", R"(^(?=.*[1-9])([0-9]+[smh])+$)", 64,
              "must be a duration of whole seconds, such as 30s, 15m or 1h30m"},
    FormatRow{kQuantity, "quantity", R"(^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei)?$)", 32,
              "must be a Kubernetes quantity such as 500m, 2, 256Mi or 1Gi"},
    FormatRow{kProjectName, "name", R"(^[a-z]([-a-z0-9]*[a-z0-9])?$)", 40,
              "must be a lower-case letter, then lower-case letters, digits and dashes, at most 40 in all"},
    FormatRow{kLabel, "name", R"(^[a-z0-9]([-a-z0-9]*[a-z0-9])?$)", 63,
              "must be lower-case letters, digits and dashes, at most 63, without a dash at either end"},
    FormatRow{kSubdomain, "name", R"(^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$)", 253,
              "must be lower-case letters, digits, dashes and dots, at most 253, each part beginning and "
              "ending with a letter or digit"},
    FormatRow{kDataKey, "name", R"(^[-._a-zA-Z0-9]+$)", 253,
              "must be letters, digits, dashes, dots and underscores, at most 253"},
    FormatRow{
        kLabelName, "label name",
        R"(^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$)",
        317,
        "must be letters, digits, dashes, dots and underscores, at most 63, with a DNS name and a slash "
        "before it or without"},
    FormatRow{kLabelValue, "label value", R"(^([A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?)?$)", 63,
              "must be letters, digits, dashes, dots and underscores, at most 63, beginning and ending with "
              "a letter or digit"},
    FormatRow{kVariable, "variable name", R"(^[A-Za-z_][A-Za-z0-9_]*$)", 253,
              "must be letters, digits and underscores, not beginning with a digit"},
    FormatRow{
        kImage, "image",
        R"(^([a-zA-Z0-9.-]+(:[0-9]+)?/)?[a-z0-9]+([._/-]+[a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$)",
        512, "must be an image reference such as registry.example.com/team/windlass:1.2.0"},
    FormatRow{kMinVersion, "version", R"(^1\.[1-9][0-9]$)", 8,
              "must be a Kubernetes minor version such as 1.29"},
    FormatRow{kFolder, "folder", R"(^(filesystem:)?(?!/)(?![A-Za-z0-9]+:)[^,\s]([^,\n]*[^,\s])?$)", 1024,
              "must be a folder relative to the project's, without a comma"},
    FormatRow{kIdentifier, "PostgreSQL name", R"(^[^,\s]([^,\n]*[^,\s])?$)", 63,
              "must be a PostgreSQL name of at most 63 bytes, without a comma"},
    FormatRow{kVersion, "version", R"(^[0-9]+([._][0-9]+)*$)", 256,
              "must be a migration version such as 1 or 2.1"},
    FormatRow{kRelease, "version", R"(^[A-Za-z0-9][-+._A-Za-z0-9]*$)", 128,
              "must be a version such as v1.1.0"},
    FormatRow{kStatePattern, "type:state", R"(^[^,:\s]+:[^,:\s]+$)", 128,
              "must be a pattern of the form type:state, such as *:missing"},
    FormatRow{kPlaceholder, "name", R"(^[^=,\s]+$)", 256,
              "must be a name without blanks, commas and equals signs"},
    FormatRow{kCidr, "CIDR", R"(^[0-9A-Fa-f:.]+/[0-9]{1,3}$)", 64,
              "must be an address and the length of its prefix, such as 10.0.0.0/8"},
    FormatRow{kImagePath, "path", R"(^/$|^(/(?!\.{1,2}(/|$))[-._A-Za-z0-9]+)+$)", 512,
              "must be a folder from the image's root, such as /migrations, of letters, digits, dashes, dots "
              "and underscores"},
    FormatRow{kVaultPath, "path", R"(^[-._A-Za-z0-9]+(/[-._A-Za-z0-9]+)*$)", 512,
              "must be letters, digits, dashes, dots and underscores, with slashes between"},
};

// Compiled on first use, each for itself, because few are used and all take longer than a small project; then
// only read.
const std::regex& pattern_of(const FormatRow& row) {
  struct Compiled {
    std::once_flag once;
    std::regex pattern;
  };
  static std::array<Compiled, kRows.size()> compiled;
  auto& [once, pattern] = compiled.at(static_cast<std::size_t>(&row - kRows.data()));
  std::call_once(
      once, [&pattern = pattern, &row] { pattern = std::regex(row.pattern.begin(), row.pattern.end()); });
  return pattern;
}

bool is_duration(Format format) { return format == kDuration || format == kTimeout || format == kSeconds; }

}  // namespace

const FormatRow& format_row(Format format) {
  return *std::find_if(kRows.begin(), kRows.end(),
                       [&](const FormatRow& row) { return row.format == format; });
}

bool fits(Format format, std::string_view text) {
  const FormatRow& row = format_row(format);
  if (text.size() > row.longest) return false;
  if (row.pattern.empty()) return true;
  if (!std::regex_search(text.begin(), text.end(), pattern_of(row))) return false;
  return !is_duration(format) || parse_duration(text).has_value();
}

std::optional<long long> parse_number(std::string_view text) {
  long long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> parse_quantity(std::string_view text) {
  if (!fits(kQuantity, text)) return std::nullopt;
  constexpr std::array<std::pair<std::string_view, double>, 13> kUnits{{
      {"Ki", 1024.0},
      {"Mi", 1048576.0},
      {"Gi", 1073741824.0},
      {"Ti", 0x1p40},
      {"Pi", 0x1p50},
      {"Ei", 0x1p60},
      {"m", 1e-3},
      {"k", 1e3},
      {"M", 1e6},
      {"G", 1e9},
      {"T", 1e12},
      {"P", 1e15},
      {"E", 1e18},
  }};
  double factor = 1;
  for (const auto& [unit, value] : kUnits) {
    if (!text.ends_with(unit)) continue;
    factor = value;
    text.remove_suffix(unit.size());
    break;
  }
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number * factor;
}

}  // namespace windlass::project
