// The CI systems that a pipeline can be written for.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "generator/pipeline/pipeline.hpp"

namespace windlass::generator {

struct Kind {
  std::string_view name;             // --kind
  std::string_view file;             // where the system looks for it
  std::string_view commit_variable;  // holds the commit's id in every script
  std::string (*write)(const Pipeline& pipeline);
};

// One file each, which names the documentation of its format.
extern const Kind kCloudBuild, kGitHub, kGitLab, kJenkins;

// Every kind, by name.
std::span<const Kind* const> kinds();

// Null when there is none.
const Kind* find_kind(std::string_view name);

// What a secret of one release is called in a store that all environments share:
// "storefront-prod-kube-config" for KUBE_CONFIG.
std::string secret_name(const Pipeline& pipeline, const Release& release, std::string_view secret);

// The comment that every file begins with, each line after `mark`.
std::string file_head(const Kind& kind, std::string_view mark);

}  // namespace windlass::generator
