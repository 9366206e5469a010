// The findings of a lint as Markdown, for the comment or the summary of a pull request.
#pragma once

#include <string>

#include "generator/lint/lint.hpp"

namespace windlass::generator {

// A heading with the counts, and a table of the findings when there are any. Text from scripts cannot end a
// cell or become markup.
std::string to_markdown(const LintResult& result);

}  // namespace windlass::generator
