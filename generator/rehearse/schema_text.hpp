// A schema as text that can be compared: what pg_dump says, without what says nothing about the schema.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace windlass::generator {

// Takes out of `dump` pg_dump's comments, its settings (SET, set_config, \restrict) and, for each of
// `schemas`, the lines that make the schema itself: Windlass creates those, no script does. Runs of empty
// lines become one.
std::string comparable_schema(std::string_view dump, const std::vector<std::string>& schemas);

}  // namespace windlass::generator
