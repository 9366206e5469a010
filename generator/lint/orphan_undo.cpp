#include <fmt/format.h>

#include "generator/lint/rule.hpp"

namespace windlass::generator {
namespace {

using migrations::ScriptKind;

std::vector<Diagnostic> find(const Subject& subject) {
  std::vector<Diagnostic> found;
  for (const auto* undo : subject.set.of_kind(ScriptKind::kUndo)) {
    if (subject.set.find(ScriptKind::kVersioned, *undo->name.version) != nullptr) continue;
    found.push_back({Severity::kWarning,
                     {undo->file},
                     fmt::format("there is no version {} that it takes back", undo->name.version->text()),
                     "Correct its version, or remove it."});
  }
  return found;
}

}  // namespace

const Rule kOrphanUndo{
    "orphan-undo", Severity::kWarning, "An undo script belongs to no versioned script.",
    "Most often its version was mistyped, and the script that it was written for has no way "
    "back.",
    find};

}  // namespace windlass::generator
