#include "generator/pipeline/kind.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.hpp"

namespace windlass::generator {

std::span<const Kind* const> kinds() {
  static constexpr std::array kKinds = {&kCloudBuild, &kGitHub, &kGitLab, &kJenkins};
  return kKinds;
}

const Kind* find_kind(std::string_view name) {
  const auto all = kinds();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Kind* kind) { return kind->name == name; });
  return found == all.end() ? nullptr : *found;
}

std::string secret_name(const Pipeline& pipeline, const Release& release, std::string_view secret) {
  std::string name = to_lower(secret);
  std::replace(name.begin(), name.end(), '_', '-');
  return fmt::format("{}-{}-{}", pipeline.project, release.environment, name);
}

std::string file_head(const Kind& kind, std::string_view mark) {
  return fmt::format("{0} {1}: made by windlass ci, and yours from now on.\n", mark, kind.file);
}

}  // namespace windlass::generator
