#include <fmt/format.h>

#include "generator/lint/rule.hpp"

namespace windlass::generator {
namespace {

using migrations::ScriptKind;

std::vector<Diagnostic> find(const Subject& subject) {
  std::vector<Diagnostic> found;
  if (!subject.project->migration.policies.require_rollback) return found;
  for (const auto* script : subject.set.of_kind(ScriptKind::kVersioned)) {
    if (subject.set.find(ScriptKind::kUndo, *script->name.version) != nullptr) continue;
    const std::string& version = script->name.version->text();
    found.push_back({Severity::kError,
                     {script->file},
                     fmt::format("version {} has no undo script", version),
                     fmt::format("Add {}{}{}... beside it: policies.requireRollback asks for one.",
                                 subject.naming.undo_prefix, version, subject.naming.separator)});
  }
  return found;
}

}  // namespace

const Rule kMissingUndo{
    "missing-undo", Severity::kError,
    "A versioned script has no undo script, and policies.requireRollback is true.",
    "A release that must be taken back at night needs its way back written by the one who wrote "
    "the way forth. `windlass new` makes both files, and `windlass rehearse` proves that one "
    "takes back the other.",
    find};

}  // namespace windlass::generator
