#include "core/migrations/script_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.hpp"

namespace windlass::migrations {
namespace {

struct Prefix {
  std::string_view text;
  ScriptKind kind;
};

bool carries_version(ScriptKind kind) {
  return kind != ScriptKind::kRepeatable && kind != ScriptKind::kCallback;
}

// The longest prefix that the name begins with: afterMigrateError is not taken for afterMigrate.
std::optional<Prefix> find_prefix(std::string_view stem, const NamingRules& rules) {
  std::optional<Prefix> longest;
  const auto consider = [&](std::string_view text, ScriptKind kind) {
    if (stem.starts_with(text) && (!longest || text.size() > longest->text.size()))
      longest = Prefix{text, kind};
  };
  consider(rules.versioned_prefix, ScriptKind::kVersioned);
  consider(rules.repeatable_prefix, ScriptKind::kRepeatable);
  // An empty one would claim every file that has no prefix; it switches the kind off instead.
  if (!rules.undo_prefix.empty()) consider(rules.undo_prefix, ScriptKind::kUndo);
  if (!rules.baseline_prefix.empty()) consider(rules.baseline_prefix, ScriptKind::kBaseline);
  for (const auto& event : callback_events()) consider(event.name, ScriptKind::kCallback);
  return longest;
}

// UTF-8 sorts like code points; UTF-16 puts those above U+FFFF (surrogates) before U+E000 to U+FFFF.
int utf16_rank(char byte) {
  constexpr int kFirstAbove = 0xEE;
  constexpr int kFirstAstral = 0xF0;
  const int value = static_cast<unsigned char>(byte);
  if (value >= kFirstAstral) return value - kFirstAstral + kFirstAbove;
  return value >= kFirstAbove ? value + 0x100 : value;
}

// The file's name cut in its parts.
struct Parts {
  Prefix prefix;
  std::string_view version;      // between prefix and separator
  std::string_view description;  // as written
  std::string_view suffix;
};

std::string spaced(std::string_view description) {
  std::string text(description);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string_view example_description(const Parts& parts) {
  return parts.description.empty() ? "description" : parts.description;
}

std::variant<ScriptName, NameFault> versioned_name(std::string_view file_name, const Parts& parts,
                                                   const NamingRules& rules) {
  if (parts.version.empty()) {
    return NameFault{fmt::format(
        "Invalid versioned migration name format: {} (It must contain a version and should look like this: "
        "{}1.2{}{}{})",
        file_name, parts.prefix.text, rules.separator, example_description(parts), parts.suffix)};
  }
  auto version = Version::parse(parts.version);
  if (!version) {
    return NameFault{
        fmt::format("Invalid versioned migration name format: {} (could not recognise version number {})",
                    file_name, parts.version)};
  }
  return ScriptName{parts.prefix.kind, std::move(version), spaced(parts.description), ""};
}

std::variant<ScriptName, NameFault> unversioned_name(std::string_view file_name, const Parts& parts,
                                                     const NamingRules& rules, bool has_separator) {
  const bool callback = parts.prefix.kind == ScriptKind::kCallback;
  if (!parts.version.empty() || (!callback && !has_separator)) {
    return NameFault{
        fmt::format("Invalid repeatable migration / callback name format: {} (It cannot contain a version "
                    "and should look like "
                    "this: {}{}{}{})",
                    file_name, parts.prefix.text, rules.separator, example_description(parts), parts.suffix)};
  }
  return ScriptName{parts.prefix.kind, std::nullopt, spaced(parts.description),
                    callback ? std::string(parts.prefix.text) : ""};
}

}  // namespace

std::optional<std::variant<ScriptName, NameFault>> parse_script_name(std::string_view file_name,
                                                                     const NamingRules& rules) {
  const std::string lower = to_lower(file_name);
  const auto suffix = std::find_if(rules.suffixes.begin(), rules.suffixes.end(),
                                   [&](const std::string& each) { return lower.ends_with(to_lower(each)); });
  if (suffix == rules.suffixes.end()) return std::nullopt;

  std::string_view rest = file_name.substr(0, file_name.size() - suffix->size());
  const auto prefix = find_prefix(rest, rules);
  if (!prefix) {
    return NameFault{fmt::format("Unrecognised migration name format: {}", file_name)};
  }
  rest.remove_prefix(prefix->text.size());
  const auto separator = rest.find(rules.separator);
  const bool has_separator = separator != std::string_view::npos;
  const Parts parts{*prefix, rest.substr(0, separator),
                    has_separator ? rest.substr(separator + rules.separator.size()) : std::string_view{},
                    file_name.substr(file_name.size() - suffix->size())};
  if (carries_version(prefix->kind)) return versioned_name(file_name, parts, rules);
  return unversioned_name(file_name, parts, rules, has_separator);
}

std::strong_ordering compare_descriptions(std::string_view a, std::string_view b) {
  const auto ends = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (ends.first == a.end() || ends.second == b.end()) return a.size() <=> b.size();
  return utf16_rank(*ends.first) <=> utf16_rank(*ends.second);
}

std::string_view kind_name(ScriptKind kind) {
  switch (kind) {
    case ScriptKind::kVersioned: return "V";
    case ScriptKind::kUndo: return "U";
    case ScriptKind::kRepeatable: return "R";
    case ScriptKind::kBaseline: return "B";
    case ScriptKind::kCallback: return "callback";
  }
  return "";
}

std::span<const CallbackEvent> callback_events() {
  static constexpr std::array kEvents{
      CallbackEvent{"beforeConnect", Firing::kNever},
      CallbackEvent{"afterConnect", Firing::kAlone},
      CallbackEvent{"beforeValidate", Firing::kAlone},
      CallbackEvent{"afterValidate", Firing::kAlone},
      CallbackEvent{"afterValidateError", Firing::kAlone},
      CallbackEvent{"createSchema", Firing::kAlone},
      CallbackEvent{"beforeCreateSchema", Firing::kAlone},
      CallbackEvent{"beforeMigrate", Firing::kAlone},
      CallbackEvent{"beforeRepeatables", Firing::kAlone},
      CallbackEvent{"beforeEachMigrate", Firing::kWithScript},
      CallbackEvent{"beforeEachMigrateStatement", Firing::kWithScript},
      CallbackEvent{"afterEachMigrateStatement", Firing::kWithScript},
      CallbackEvent{"afterEachMigrateStatementError", Firing::kAlone},
      CallbackEvent{"afterEachMigrate", Firing::kWithScript},
      CallbackEvent{"afterEachMigrateError", Firing::kAlone},
      CallbackEvent{"afterVersioned", Firing::kAlone},
      CallbackEvent{"afterMigrateApplied", Firing::kAlone},
      CallbackEvent{"afterMigrate", Firing::kAlone},
      CallbackEvent{"afterMigrateError", Firing::kAlone},
      CallbackEvent{"afterMigrateOperationFinish", Firing::kAlone},
      CallbackEvent{"beforeUndo", Firing::kAlone},
      CallbackEvent{"beforeEachUndo", Firing::kWithScript},
      CallbackEvent{"beforeEachUndoStatement", Firing::kWithScript},
      CallbackEvent{"afterEachUndoStatement", Firing::kWithScript},
      CallbackEvent{"afterEachUndoStatementError", Firing::kAlone},
      CallbackEvent{"afterEachUndo", Firing::kWithScript},
      CallbackEvent{"afterEachUndoError", Firing::kAlone},
      CallbackEvent{"afterUndo", Firing::kAlone},
      CallbackEvent{"afterUndoError", Firing::kAlone},
      CallbackEvent{"beforeClean", Firing::kNever},
      CallbackEvent{"afterClean", Firing::kNever},
      CallbackEvent{"afterCleanError", Firing::kNever},
      CallbackEvent{"beforeInfo", Firing::kAlone},
      CallbackEvent{"afterInfo", Firing::kAlone},
      CallbackEvent{"afterInfoError", Firing::kAlone},
      CallbackEvent{"afterInfoOperationFinish", Firing::kAlone},
      CallbackEvent{"beforeBaseline", Firing::kAlone},
      CallbackEvent{"afterBaseline", Firing::kAlone},
      CallbackEvent{"afterBaselineError", Firing::kAlone},
      CallbackEvent{"beforeRepair", Firing::kAlone},
      CallbackEvent{"afterRepair", Firing::kAlone},
      CallbackEvent{"afterRepairError", Firing::kAlone},
      CallbackEvent{"beforeDeploy", Firing::kNever},
      CallbackEvent{"afterDeploy", Firing::kNever},
      CallbackEvent{"afterDeployError", Firing::kNever},
  };
  return kEvents;
}

}  // namespace windlass::migrations
