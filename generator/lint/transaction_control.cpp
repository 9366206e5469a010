#include "generator/lint/rule.hpp"

namespace windlass::generator {
namespace {

// The hook's own check: what is found here is what it refuses.
std::vector<Diagnostic> find(const Subject& subject) { return refusals(subject, "transaction-control"); }

}  // namespace

const Rule kTransactionControl{
    "transaction-control", Severity::kError, "A script ends or begins a transaction in its middle.",
    "A script and its history row commit together; that is what makes a killed run repeatable. A BEGIN and "
    "COMMIT around the whole script say the same and are accepted. Anything else would commit a part: remove "
    "it, or make one script of each part.",
    find};

}  // namespace windlass::generator
