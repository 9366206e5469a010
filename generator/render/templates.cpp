#include "generator/render/templates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "generator/render/embedded_templates.hpp"
#include "generator/render/parse_template.hpp"

namespace windlass::generator {
namespace {

constexpr std::size_t kMaxTemplateBytes = 1 << 20;

std::string names_of(const Members& values) {
  std::vector<std::string_view> names;
  for (const auto& value : values) names.emplace_back(value.key);
  return fmt::format("{}", fmt::join(names, ", "));
}

// Every placeholder of the template has a value, and every value a placeholder.
bool fits(const Template& used, const Members& values) {
  return values.size() == used.placeholders.size() &&  // and keys are unique
         std::all_of(values.begin(), values.end(),
                     [&](const Member& value) { return used.placeholders.contains(value.key); });
}

void refuse_other_values(const Template& used, const Members& values) {
  Diagnostics diagnostics;
  for (const auto& value : values) {
    if (used.placeholders.contains(value.key)) continue;
    diagnostics.add(
        {Severity::kError,
         {used.file, 0, 0},
         fmt::format("nothing uses ${{{}}}", value.key),
         fmt::format("Put a member with the value ${{{}}} where the built-in template has it.", value.key)});
  }
  for (const auto& [name, position] : used.placeholders) {
    if (find_member(values, name) != nullptr) continue;
    diagnostics.add({Severity::kError, position, fmt::format("no value for ${{{}}}", name),
                     fmt::format("The values here are {}.", names_of(values))});
  }
  throw Error(ExitCode::kConfiguration, fmt::format("the template {} does not fit", used.file))
      .with_details(to_text(diagnostics));
}

const Tree& value_of(const Tree& item) { return item; }
const Tree& value_of(const Member& member) { return member.value; }
void add(List& list, const Tree& /*before*/, Tree after) { list.push_back(std::move(after)); }
void add(Members& members, const Member& before, Tree after) {
  members.push_back({before.key, std::move(after)});
}

// The items as `change` makes them, without those that are or become absent; nothing when it changes none, so
// that what has no placeholder in it, and what uses no template, is shared and not copied.
template <typename Items, typename Change>
std::optional<Tree> changed_items(const Items& items, const Change& change) {
  std::optional<Items> result;
  for (auto it = items.begin(); it != items.end(); ++it) {
    std::optional<Tree> after = value_of(*it).is_absent() ? Tree() : change(value_of(*it));
    if (!after && !result) continue;
    if (!result) result.emplace(items.begin(), it);
    if (!after) {
      result->push_back(*it);
    } else if (!after->is_absent()) {
      add(*result, *it, std::move(*after));
    }
  }
  if (!result) return std::nullopt;
  return Tree(std::move(*result));
}

template <typename Change>
std::optional<Tree> changed_below(const Tree& tree, const Change& change) {
  if (const auto* list = tree.list()) return changed_items(*list, change);
  if (const auto* members = tree.members()) return changed_items(*members, change);
  return std::nullopt;
}

// With the placeholders filled in; nothing when there are none. What is filled in is not looked at again: a
// value may well read "${x}".
std::optional<Tree> filled(const Tree& tree, const Members& values) {
  if (const auto* text = tree.text()) {
    const auto name = placeholder_name(*text);
    if (name.empty()) return std::nullopt;
    return *find_member(values, name);
  }
  return changed_below(tree, [&](const Tree& below) { return filled(below, values); });
}

}  // namespace

Templates Templates::built_in() {
  Templates templates;
  for (const auto& embedded : embedded_templates()) {
    auto parsed = parse_template(embedded.text, fmt::format("{}.yaml", embedded.name));
    if (parsed.diagnostics.has_errors()) {
      throw Error(ExitCode::kInternal, "a built-in template is broken")
          .with_details(to_text(parsed.diagnostics));
    }
    templates.templates_.emplace(embedded.name, std::move(parsed.result));
  }
  return templates;
}

Templates Templates::with_overrides(const std::filesystem::path& folder) {
  Templates templates = built_in();
  templates.all_built_in_ = false;
  std::vector<std::string_view> names;
  for (const auto& embedded : embedded_templates()) names.push_back(embedded.name);

  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  if (error || files.empty()) {
    throw Error(ExitCode::kConfiguration, fmt::format("no templates in {}", folder.string()),
                "Name a folder that holds one or more of the files of templates/, changed as you need them.");
  }
  std::sort(files.begin(), files.end());

  Diagnostics diagnostics;
  for (const auto& file : files) {
    const std::string name = file.stem().string();
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      const auto near = nearest(name, names);
      diagnostics.add({Severity::kError,
                       {file.string(), 0, 0},
                       "there is no template of this name",
                       near.empty() ? "" : fmt::format("Did you mean {}.yaml?", near)});
      continue;
    }
    auto parsed = parse_template(read_file(file, kMaxTemplateBytes), file.string());
    diagnostics.add(std::move(parsed.diagnostics));
    templates.templates_[name] = std::move(parsed.result);
  }
  if (diagnostics.has_errors()) {
    throw Error(ExitCode::kConfiguration, fmt::format("the templates in {} cannot be used", folder.string()))
        .with_details(to_text(diagnostics));
  }
  return templates;
}

Tree Templates::expand(const Tree& tree) const { return expanded(tree).value_or(tree); }

std::optional<Tree> Templates::expanded(const Tree& tree) const {
  if (const auto* use = tree.use()) return expand_use(*use);
  return changed_below(tree, [&](const Tree& below) { return expanded(below); });
}

Tree Templates::expand_use(const FromTemplate& use) const {
  const auto found = templates_.find(use.name);
  if (found == templates_.end()) {
    throw Error(ExitCode::kInternal, fmt::format("there is no template {}", use.name));
  }
  if (!fits(found->second, use.values)) refuse_other_values(found->second, use.values);
  Members values;
  values.reserve(use.values.size());
  for (const auto& value : use.values) values.push_back({value.key, expand(value.value)});
  const Tree& tree = found->second.tree;
  return filled(tree, values).value_or(tree);
}

}  // namespace windlass::generator
