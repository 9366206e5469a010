// Free data from YAML text, for tests of patches.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "core/project/data.hpp"

namespace windlass::generator {

// Throws when the text is no YAML or check_data finds a fault.
inline project::Data read_data(std::string_view text) {
  const project::Source source(text, "patch.yaml");
  const auto document = project::parse_document(source);
  Diagnostics faults = document.faults;
  if (document.root == nullptr) throw std::runtime_error(to_text(faults));
  const auto value = project::check_data(*document.root, "data", source, faults);
  if (!faults.empty()) throw std::runtime_error(to_text(faults));
  return project::data_of(value, source);
}

}  // namespace windlass::generator
