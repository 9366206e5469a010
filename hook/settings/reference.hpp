// Two pages of docs/, made from the tables of core/contract.
#pragma once

#include <string>

namespace windlass::hook {

// docs/settings.md as Markdown.
std::string settings_reference();

// docs/exit-codes.md as Markdown.
std::string exit_code_reference();

}  // namespace windlass::hook
