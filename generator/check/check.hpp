// The self-checks: what Argo CD and Kubernetes take without a word and then do wrong is found before it is
// written.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "generator/render/render.hpp"

namespace windlass::generator {

struct Finding {
  std::string rule;  // "E4"
  std::string path;  // of the manifest
  std::string message;
};

// Which targets a rule is for.
enum class Where { kAnywhere, kArgoCd, kHooks, kGated, kWaves, kPlain };  // kPlain: helm, too
bool holds_for(Where where, const Target& target);

struct Rule {
  std::string_view id;
  std::string_view says;  // one sentence
  void (*look)(const std::vector<Manifest>& objects, std::vector<Finding>& findings);
  Where where = Where::kAnywhere;
};

// In order of id. docs/manifests.md lists them.
std::span<const Rule> rules();

// Everything that the rules of its target find, in the order of rules().
std::vector<Finding> check(const Rendered& rendered);

}  // namespace windlass::generator
