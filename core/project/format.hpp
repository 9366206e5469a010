// What the text of one value must look like: one row per format, read by the loader and by the JSON Schema.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace windlass::project {

enum class Format {
  kText,      // anything, also nothing
  kWord,      // one line, not empty, no blanks around it
  kListWord,  // a word without a comma: lists travel comma-separated
  kChoice,    // one of the key's allowed values
  kBool,
  kNumber,
  kDuration,  // 0s allowed
  kTimeout,   // longer than 0s
  kSeconds,   // whole seconds, at least one: what Kubernetes counts in
  kQuantity,  // Kubernetes' amounts of CPU and memory
  kProjectName,
  kLabel,      // a DNS label: names of most Kubernetes objects' parts
  kSubdomain,  // a DNS subdomain: names of Kubernetes objects
  kDataKey,    // a key inside a Secret
  kLabelName,  // the key of a label, annotation or node selector, with or without "prefix/"
  kLabelValue,
  kVariable,  // the name of an environment variable
  kImage,
  kMinVersion,
  kFolder,        // relative to the project's folder
  kIdentifier,    // a PostgreSQL name
  kVersion,       // a migration version
  kRelease,       // of the application: "v1.1.0"
  kStatePattern,  // Flyway's ignoreMigrationPatterns: type:state
  kPlaceholder,   // the name of a placeholder
  kCidr,
  kImagePath,  // a folder of an image, from its root
  kVaultPath,  // it goes into a template of Vault's agent
};

struct FormatRow {
  Format format;
  std::string_view type;     // for the reference: "duration"
  std::string_view pattern;  // ECMAScript, of the whole text; empty: anything, or checked by type alone
  std::size_t longest;       // characters
  std::string_view must;     // "must be a duration longer than zero, such as 30s, 15m or 1h30m"
};

const FormatRow& format_row(Format format);

// Whether `text` has the format; kBool, kNumber and kChoice are for the caller to check.
bool fits(Format format, std::string_view text);

// A whole number written in plain decimal digits, with or without a minus.
std::optional<long long> parse_number(std::string_view text);

// A quantity in its unit (cores, bytes), for comparing; nothing when `text` is none.
std::optional<double> parse_quantity(std::string_view text);

}  // namespace windlass::project
