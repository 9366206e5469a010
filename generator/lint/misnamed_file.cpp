#include <fmt/format.h>

#include "generator/lint/rule.hpp"

namespace windlass::generator {
namespace {

std::vector<Diagnostic> find(const Subject& subject) {
  std::vector<Diagnostic> found;
  for (const auto& file : subject.set.ignored_files) {
    found.push_back({Severity::kWarning,
                     {file},
                     "this file's name makes it no script, so it is never run",
                     fmt::format("Name it like {}2{}add_orders{}, or move it out of the location.",
                                 subject.naming.versioned_prefix, subject.naming.separator,
                                 subject.naming.suffixes.front())});
  }
  return found;
}

}  // namespace

const Rule kMisnamedFile{
    "misnamed-file", Severity::kWarning, "A file in a location ends like a script and is not named like one.",
    "Flyway passes over such a file without a word, and so does the hook: V3_add_orders.sql, "
    "with one underscore, is never run. With migration.validateMigrationNaming it is an error.",
    find};

}  // namespace windlass::generator
