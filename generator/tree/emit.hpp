// Writes a tree as YAML: the same tree gives the same bytes, and every reader gives the same tree back.
#pragma once

#include <string>

#include "generator/tree/tree.hpp"

namespace windlass::generator {

// One document without "---", behind `head`, which is comment lines or nothing. Texts of several lines stand
// as literal blocks where YAML can carry them so; a text that some reader of YAML 1.1 or 1.2 takes for
// another type is quoted. The document is not empty, is UTF-8, and holds neither templates nor anything
// absent: rendering has resolved them.
std::string emit_yaml(const Members& document, std::string head = {});

}  // namespace windlass::generator
