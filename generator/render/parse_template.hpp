// Reads the YAML text of a template into a tree and finds the placeholders in it.
#pragma once

#include <string>
#include <string_view>

#include "core/base/diagnostic.hpp"
#include "generator/render/templates.hpp"

namespace windlass::generator {

struct ParsedTemplate {
  Template result;
  Diagnostics diagnostics;  // when there are errors the template is not to be used
};

// `file` names it in diagnostics. Takes one YAML document that is a map; plain scalars get YAML 1.2's types.
ParsedTemplate parse_template(std::string_view text, const std::string& file);

// The name in "${name}"; empty when `text` is no placeholder.
std::string_view placeholder_name(std::string_view text);

}  // namespace windlass::generator
