#include "core/migrations/script_order.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace windlass::migrations {
namespace {

int rank(ScriptKind kind) {
  switch (kind) {
    case ScriptKind::kVersioned: return 0;
    case ScriptKind::kBaseline: return 1;
    case ScriptKind::kUndo: return 2;
    case ScriptKind::kRepeatable: return 3;
    case ScriptKind::kCallback: return 4;
  }
  return 5;
}

// What makes two scripts the same one to Flyway.
std::strong_ordering compare_identity(const ScriptName& a, const ScriptName& b) {
  if (a.version.has_value() != b.version.has_value()) return b.version.has_value() <=> a.version.has_value();
  if (a.version) {
    if (const auto order = *a.version <=> *b.version; order != 0) return order;
    return rank(a.kind) <=> rank(b.kind);
  }
  if (a.kind != b.kind) return rank(a.kind) <=> rank(b.kind);
  if (const auto order = a.event <=> b.event; order != 0) return order;
  return compare_descriptions(a.description, b.description);
}

bool comes_before(const Script& a, const Script& b) {
  const auto order = compare_identity(a.name, b.name);
  return order != 0 ? order < 0 : a.path < b.path;
}

std::string headline(const Script& script) {
  const ScriptName& name = script.name;
  switch (name.kind) {
    case ScriptKind::kRepeatable:
      return fmt::format("Found more than one repeatable migration with description {}", name.description);
    case ScriptKind::kCallback:
      return fmt::format("Found more than 1 SQL callback script called {}",
                         script.path.substr(script.path.rfind('/') + 1));
    case ScriptKind::kUndo:
      return fmt::format("Found more than one undo migration with version {}", name.version->text());
    case ScriptKind::kVersioned:
    case ScriptKind::kBaseline: break;
  }
  return fmt::format("Found more than one migration with version {}", name.version->text());
}

std::string_view type_of(const Script& script) {
  switch (script.name.kind) {
    case ScriptKind::kBaseline: return "SQL_BASELINE";
    case ScriptKind::kUndo: return "UNDO_SQL";
    default: return "SQL";
  }
}

using Iterator = std::vector<Script>::const_iterator;

Diagnostic duplicates(Iterator begin, Iterator end) {
  Diagnostic diagnostic;
  diagnostic.position.file = begin->file;
  diagnostic.message = headline(*begin) + "\nOffenders:";
  for (auto script = begin; script != end; ++script) {
    diagnostic.message += fmt::format("\n-> {} ({})", script->file, type_of(*script));
  }
  diagnostic.help = begin->name.version
                        ? "Give one of them another version; keep the one that has been applied."
                        : "Rename one of them.";
  return diagnostic;
}

}  // namespace

void sort_scripts(std::vector<Script>& scripts) { std::sort(scripts.begin(), scripts.end(), comes_before); }

void report_duplicates(const std::vector<Script>& scripts, Diagnostics& diagnostics) {
  for (auto begin = scripts.begin(); begin != scripts.end();) {
    const auto end = std::find_if(begin, scripts.end(), [&](const Script& other) {
      return compare_identity(begin->name, other.name) != 0;
    });
    if (end - begin > 1) diagnostics.add(duplicates(begin, end));
    begin = end;
  }
}

}  // namespace windlass::migrations
