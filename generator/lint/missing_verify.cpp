#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "generator/lint/rule.hpp"

namespace windlass::generator {
namespace {

using migrations::ScriptKind;

// Whether a verify file is named after the version: V2__anything.sql for version 2.
bool verifies(const VerifyQuery& query, const migrations::Version& version, migrations::NamingRules naming) {
  naming.suffixes.push_back(".sql");
  const auto parsed = migrations::parse_script_name(query.name, naming);
  if (!parsed || !std::holds_alternative<migrations::ScriptName>(*parsed)) return false;
  const auto& name = std::get<migrations::ScriptName>(*parsed);
  return name.kind == ScriptKind::kVersioned && name.version == version;
}

std::vector<Diagnostic> find(const Subject& subject) {
  std::vector<Diagnostic> found;
  if (!subject.project->migration.policies.require_validation) return found;
  for (const auto* script : subject.set.of_kind(ScriptKind::kVersioned)) {
    const auto& version = *script->name.version;
    const bool verified =
        std::any_of(subject.queries.begin(), subject.queries.end(),
                    [&](const VerifyQuery& query) { return verifies(query, version, subject.naming); });
    if (verified) continue;
    found.push_back({Severity::kError,
                     {script->file},
                     fmt::format("version {} has no verify query", version.text()),
                     fmt::format("Add {}/{}{}{}...: policies.requireValidation asks for one.",
                                 subject.database->scripts.verify.front(), subject.naming.versioned_prefix,
                                 version.text(), subject.naming.separator)});
  }
  return found;
}

}  // namespace

const Rule kMissingVerify{
    "missing-verify", Severity::kError,
    "A versioned script has no verify query, and policies.requireValidation is true.",
    "A script that ran without an error may still have done the wrong thing. The verify query "
    "of a version says what must hold afterwards; it is named after the version and runs after "
    "every migration.",
    find};

}  // namespace windlass::generator
