// A script's kind, version and description, read from its file name by Flyway's rules.
#pragma once

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/migrations/version.hpp"

namespace windlass::migrations {

enum class ScriptKind { kVersioned, kUndo, kRepeatable, kBaseline, kCallback };

struct NamingRules {
  std::string versioned_prefix = "V";
  std::string undo_prefix = "U";
  std::string repeatable_prefix = "R";
  std::string baseline_prefix = "B";
  std::string separator = "__";
  std::vector<std::string> suffixes = {".sql"};
};

struct ScriptName {
  ScriptKind kind = ScriptKind::kVersioned;
  std::optional<Version> version;  // of versioned, undo and baseline scripts
  std::string description;         // underscores are blanks
  std::string event;               // of a callback: "beforeMigrate"
};

// Why a file that ends in a script suffix is no script.
struct NameFault {
  std::string message;  // Flyway's text: "Unrecognised migration name format: notes.sql"
};

// The file's name, a fault, or nothing when it does not end in one of the suffixes (Flyway section 3.1).
std::optional<std::variant<ScriptName, NameFault>> parse_script_name(std::string_view file_name,
                                                                     const NamingRules& rules);

// Orders repeatables and callbacks as Flyway does: by UTF-16 code units, upper case before lower case.
std::strong_ordering compare_descriptions(std::string_view a, std::string_view b);

// "V", "U", "R", "B" or "callback": the kind in digests and messages.
std::string_view kind_name(ScriptKind kind);

// How the callbacks of an event run here.
enum class Firing {
  kAlone,       // each in a transaction of its own
  kWithScript,  // in the transaction of the script that they stand around
  kNever,       // no phase fires them: Windlass neither cleans nor deploys
};

struct CallbackEvent {
  std::string_view name;
  Firing firing;
};

// The callback events that Flyway knows, in the order in which a migrate fires them.
std::span<const CallbackEvent> callback_events();

}  // namespace windlass::migrations
