// The YAML trees that objects are rendered from, and how a placeholder in them is replaced.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

// A file of templates/, parsed. A scalar "${name}" is a placeholder; the syntax is told in
// templates/README.md.
struct Template {
  std::string file;
  Tree tree;
  std::map<std::string, Position> placeholders;
};

class Templates {
 public:
  // Those that were built in.
  static Templates built_in();
  // The same, with the files of `folder` in place of the built-in ones of their names. Throws
  // Error(kConfiguration) that lists every fault: a file that is no template of ours, YAML that does not
  // parse, a placeholder that is not a whole value.
  static Templates with_overrides(const std::filesystem::path& folder);

  bool all_built_in() const { return all_built_in_; }

  // `tree` with every use of a template replaced by that template, filled in, and without what is absent.
  // Throws Error(kConfiguration) when a template asks for a value that is not given or leaves one unused.
  Tree expand(const Tree& tree) const;

 private:
  std::optional<Tree> expanded(const Tree& tree) const;
  Tree expand_use(const FromTemplate& use) const;

  std::map<std::string, Template, std::less<>> templates_;
  bool all_built_in_ = true;
};

}  // namespace windlass::generator
