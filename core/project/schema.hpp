// The JSON Schema of windlass.yaml, for editors; made from the key table.
#pragma once

#include <string>

namespace windlass::project {

// A draft-07 schema as indented JSON with a line end. It refuses what the loader refuses as far as a schema
// can see it: names, shapes, formats and required keys, not duplicate keys, rules between keys, or what is
// missing once an environment is merged in.
std::string json_schema();

}  // namespace windlass::project
