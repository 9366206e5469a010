#include "generator/commands/schema.hpp"

#include "core/project/schema.hpp"

namespace windlass::generator {

ExitCode run_schema(std::ostream& out) {
  out << project::json_schema();
  return ExitCode::kDone;
}

}  // namespace windlass::generator
