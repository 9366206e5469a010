// The files of templates/ and the templates of argocd/ as the build put them into the program.
#pragma once

#include <span>
#include <string_view>

namespace windlass::generator {

struct EmbeddedTemplate {
  std::string_view name;  // "job": of templates/job.yaml
  std::string_view text;
};

// In the order of their files.
std::span<const EmbeddedTemplate> embedded_templates();

}  // namespace windlass::generator
