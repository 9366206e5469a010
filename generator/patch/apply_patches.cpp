#include "generator/patch/apply_patches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/contract/labels.hpp"
#include "generator/patch/json_patch.hpp"
#include "generator/patch/strategic_merge.hpp"
#include "generator/plan/names.hpp"
#include "generator/tree/emit.hpp"

namespace windlass::generator {
namespace {

using project::Patch;
using project::PatchTarget;

constexpr std::size_t kHashSuffix = kHashDigits + 1;  // and a dash, at the end of a Job's name
constexpr std::size_t kMostShown = 12;                // names in a help

std::string_view label(const Tree& object, std::string_view key) {
  return text_at(object, {"metadata", "labels", key});
}

// '*' stands for any text.
bool matches(std::string_view pattern, std::string_view text) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  const auto rest = pattern.substr(star + 1);
  for (std::size_t from = star; from <= text.size(); ++from) {
    if (matches(rest, text.substr(from))) return true;
  }
  return false;
}

// What people call an object: a Job without the digits that change with its content.
std::string_view stable_name(const Tree& object) {
  auto name = text_at(object, {"metadata", "name"});
  if (text_at(object, {"kind"}) == "Job" && name.size() > kHashSuffix) name.remove_suffix(kHashSuffix);
  return name;
}

bool selects(const PatchTarget& target, const Tree& object) {
  const auto fits = [](const std::string& wanted, std::string_view is) {
    return wanted.empty() || wanted == is;
  };
  return fits(target.kind, text_at(object, {"kind"})) &&
         fits(target.phase, label(object, contract::kComponentLabel)) &&
         fits(target.database, label(object, contract::kDatabaseLabel)) &&
         (target.name.empty() || matches(target.name, stable_name(object)) ||
          matches(target.name, text_at(object, {"metadata", "name"})));
}

class Patcher {
 public:
  Patcher(Rendered& rendered, const project::Project& project) : rendered_(rendered), project_(project) {}

  AppliedPatches run() {
    for (const auto& patch : project_.patches) apply(patch);
    if (diagnostics_.has_errors()) {
      diagnostics_.sort();
      throw Error(ExitCode::kConfiguration, fmt::format("the patches have {}; nothing was written",
                                                        counted(diagnostics_.error_count(), "error")))
          .with_details(to_text(diagnostics_));
    }
    return std::move(applied_);
  }

 private:
  void fault(const Position& place, std::string message, std::string help) {
    diagnostics_.add({Severity::kError, place, std::move(message), std::move(help)});
  }

  void apply(const Patch& patch) {
    std::size_t selected = 0;
    std::size_t changed = 0;
    for (auto& object : rendered_.objects) {
      if (!selects(patch.target, object.tree)) continue;
      ++selected;
      Diagnostics found;
      Tree result = patch.merge ? strategic_merge(object.tree, *patch.merge, found)
                                : json_patch(object.tree, patch.json, found);
      refuse_another_identity(patch, object.tree, result);
      if (found.has_errors()) return add_once(patch, object, found);
      if (result == object.tree) continue;
      ++changed;
      applied_[object.path].push_back(patch.name);
      object.tree = std::move(result);
      object.text = emit_yaml(*object.tree.members(), first_line(project_) + "\n");
    }
    if (selected == 0) {
      fault(patch.target.place, fmt::format("the patch {} selects no object", patch.name),
            what_there_is(patch.target));
    } else if (changed == 0) {
      fault(patch.place,
            fmt::format("the patch {} leaves {} as rendered", patch.name, counted(selected, "object")),
            "Remove it, or say what is to change.");
    }
  }

  // The first object stands for all of them: the same patch fails on each in the same way.
  void add_once(const Patch& patch, const Manifest& object, const Diagnostics& found) {
    for (auto diagnostic : found.list()) {
      diagnostic.message =
          fmt::format("the patch {} on {} {}: {}", patch.name, text_at(object.tree, {"kind"}),
                      stable_name(object.tree), diagnostic.message);
      diagnostics_.add(std::move(diagnostic));
    }
  }

  // Other objects and the files of the folder know it by these.
  void refuse_another_identity(const Patch& patch, const Tree& before, const Tree& after) {
    using Path = std::initializer_list<std::string_view>;
    for (const Path path : {Path{"kind"}, Path{"metadata", "name"}, Path{"metadata", "namespace"}}) {
      if (text_at(before, path) == text_at(after, path)) continue;
      fault(patch.place,
            fmt::format("the patch {} changes the {} of {} {}", patch.name, *(path.end() - 1),
                        text_at(before, {"kind"}), stable_name(before)),
            "Names and namespaces come from metadata.name and spec.kubernetes.");
      return;
    }
  }

  std::string what_there_is(const PatchTarget& target) const {
    std::set<std::string_view> kinds;
    std::set<std::string> names;
    for (const auto& object : rendered_.objects) {
      const auto kind = text_at(object.tree, {"kind"});
      kinds.insert(kind);
      if (target.kind.empty() || kind == target.kind)
        names.insert(fmt::format("{} {}", kind, stable_name(object.tree)));
    }
    if (!names.empty()) return fmt::format("There are {}.", shown(names));
    const std::vector<std::string_view> candidates(kinds.begin(), kinds.end());
    const auto near = nearest(target.kind, candidates);
    return near.empty() ? fmt::format("The kinds here are {}.", fmt::join(kinds, ", "))
                        : fmt::format("Did you mean \"{}\"?", near);
  }

  static std::string shown(const std::set<std::string>& names) {
    std::vector<std::string> first;
    for (const auto& name : names) {
      if (first.size() < kMostShown) first.push_back(name);
    }
    const std::size_t rest = names.size() - first.size();
    return join(first, ", ") + (rest == 0 ? "" : fmt::format(" and {} more", rest));
  }

  Rendered& rendered_;
  const project::Project& project_;
  AppliedPatches applied_;
  Diagnostics diagnostics_;
};

}  // namespace

AppliedPatches apply_patches(Rendered& rendered, const project::Project& project) {
  return Patcher(rendered, project).run();
}

}  // namespace windlass::generator
