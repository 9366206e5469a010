// `windlass schema`: the JSON Schema of windlass.yaml, for editors.
#pragma once

#include <ostream>

#include "core/contract/exit_code.hpp"

namespace windlass::generator {

// Prints the schema on `out`. Always kDone.
ExitCode run_schema(std::ostream& out);

}  // namespace windlass::generator
