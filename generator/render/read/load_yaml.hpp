// The documents of a YAML stream, read by yaml-cpp without its way of never ending.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

namespace windlass::generator {

// As YAML::LoadAll, which takes memory without end when a document begins with a comma: yaml-cpp 0.7 makes an
// empty document of it and stays where it is. Throws YAML::Exception, also for that.
std::vector<YAML::Node> load_yaml(const std::string& text);

}  // namespace windlass::generator
