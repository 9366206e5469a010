// The findings of a lint as SARIF 2.1.0, which code hosts show beside the lines of a pull request.
#pragma once

#include <string>

#include "generator/lint/lint.hpp"

namespace windlass::generator {

// One log with one run: every rule there is, and a result for each finding. Columns count characters
// (columnKind unicodeCodePoints). A relative path stays one, so lint from the root of the repository.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/
std::string to_sarif(const LintResult& result);

}  // namespace windlass::generator
