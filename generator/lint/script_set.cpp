#include "generator/lint/rule.hpp"

namespace windlass::generator {
namespace {

std::vector<Diagnostic> find(const Subject& subject) { return subject.set.diagnostics.list(); }

}  // namespace

const Rule kScriptSet{
    "script-set", Severity::kError, "The scripts of a database do not make one set.",
    "Two scripts of one version, a location that does not exist, a file in another encoding than "
    "the project says, or a .conf file that cannot be read: the hook refuses all of them before "
    "it touches the database.",
    find};

}  // namespace windlass::generator
