#include "core/project/value.hpp"

#include <algorithm>
#include <cassert>

#include "core/base/text.hpp"
#include "core/project/keys.hpp"

namespace windlass::project {
namespace {

Value default_value(const Key& key) {
  Value value;
  if (key.shape == Shape::kList) {
    value.kind = NodeKind::kList;
    for (auto& part : split(key.fallback, ',')) value.items.push_back({.text = std::move(part)});
  } else {
    value.text = key.fallback;
  }
  return value;
}

void fill_member(Value& section, const Key& key) {
  Value* member = section.find(key.name());
  const bool is_section = key.shape == Shape::kSection;
  // A setting of the hook that is not given stays so: the hook has the default.
  if (member == nullptr && key.setting.empty() && (is_section || !key.fallback.empty())) {
    section.members.emplace_back(key.name(), is_section ? Value{.kind = NodeKind::kMap} : default_value(key));
    member = &section.members.back().second;
  }
  if (member == nullptr) return;
  if (is_section) fill_defaults(*member, key.path);
  if (key.shape == Shape::kSections) {
    for (auto& [name, child] : member->members) fill_defaults(child, key.path + ".*");
  }
  if (key.shape == Shape::kItems) {
    for (auto& item : member->items) fill_defaults(item, key.path + ".[]");
  }
}

}  // namespace

const Value* Value::find(std::string_view name) const {
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const auto& member) { return member.first == name; });
  return found == members.end() ? nullptr : &found->second;
}

Value* Value::find(std::string_view name) { return const_cast<Value*>(std::as_const(*this).find(name)); }

const Value& value_at(const Value& root, std::string_view path) {
  const Value* value = &root;
  for (const auto& name : split(path, '.')) {
    value = value->find(name);
    assert(value != nullptr);
  }
  return *value;
}

Value merged(Value base, const Value& overlay) {
  for (const auto& [name, over] : overlay.members) {
    if (Value* member = base.find(name)) {
      *member = over.kind == NodeKind::kMap ? merged(std::move(*member), over) : over;
    } else {
      base.members.emplace_back(name, over);
    }
  }
  base.given = base.given || overlay.given;
  base.faulty = base.faulty || overlay.faulty;
  return base;
}

void fill_defaults(Value& section, const std::string& path) {
  for (const Key* key : keys_below(path)) fill_member(section, *key);
}

}  // namespace windlass::project
