#include "generator/lint/rule.hpp"

namespace windlass::generator {
namespace {

// The hook's own check: what is found here is what it refuses.
std::vector<Diagnostic> find(const Subject& subject) { return refusals(subject, "mixed-transaction"); }

}  // namespace

const Rule kMixedTransaction{
    "mixed-transaction", Severity::kError,
    "A statement that cannot run in a transaction stands beside ones that should.",
    "CREATE INDEX CONCURRENTLY, VACUUM and their kin run alone, each bracketed by a record of what was in "
    "flight. Beside other statements the script would lose its transaction, and a failure would leave half "
    "of it. Put the statement into a script of its own, or write executeInTransaction=false into the "
    "script's .conf file when every statement may be repeated.",
    find};

}  // namespace windlass::generator
