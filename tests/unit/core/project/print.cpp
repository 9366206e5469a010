// Prints what core/project makes: "schema", "reference", or "check FILE [ENVIRONMENT]" for the diagnostics of
// a file.
#include <iostream>
#include <string>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/base/files.hpp"
#include "core/project/load.hpp"
#include "core/project/reference.hpp"
#include "core/project/schema.hpp"

int main(int argc, char** argv) {
  using namespace windlass;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments == std::vector<std::string>{"schema"}) {
    std::cout << project::json_schema();
  } else if (arguments == std::vector<std::string>{"reference"}) {
    std::cout << project::config_reference();
  } else if (arguments.size() >= 2 && arguments[0] == "check") {
    const std::string text = read_file(arguments[1], std::size_t{64} << 20U);
    const auto result = project::load_project_text(text, "windlass.yaml",
                                                   arguments.size() > 2 ? arguments[2] : std::string());
    std::cout << to_text(result.diagnostics);
    return result.project ? 0 : 1;
  } else {
    std::cerr << "usage: project_print schema | reference | check FILE [ENVIRONMENT]\n";
    return 64;
  }
  return 0;
}
