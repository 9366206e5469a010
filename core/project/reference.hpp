// The reference of windlass.yaml, docs/config.md; made from the key table.
#pragma once

#include <string>

namespace windlass::project {

// The whole page as Markdown.
std::string config_reference();

}  // namespace windlass::project
