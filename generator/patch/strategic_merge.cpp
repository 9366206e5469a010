#include "generator/patch/strategic_merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/project/format.hpp"
#include "generator/patch/merge_keys.hpp"

namespace windlass::generator {
namespace {

using project::Data;
using project::NodeKind;

constexpr std::string_view kDirective = "$patch";

Tree scalar(const Data& data) {
  if (!data.plain) return data.text;
  if (data.text == "true" || data.text == "false") return data.text == "true";
  if (const auto number = project::parse_number(data.text)) return *number;
  return data.text;
}

const Data* member_of(const Data& map, std::string_view key) {
  for (const auto& [name, value] : map.members) {
    if (name == key) return &value;
  }
  return nullptr;
}

// "a map", "a list", "text": what a message calls a value.
std::string_view shape_of(const Tree& tree) {
  if (tree.members() != nullptr) return "a map";
  return tree.list() != nullptr ? "a list" : "one value";
}

std::string_view shape_of(const Data& data) {
  if (data.kind == NodeKind::kMap) return "a map";
  return data.kind == NodeKind::kList ? "a list" : "one value";
}

std::string below(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

// Where in `list` the item equal to `item`, or of the same key, stands.
std::optional<std::size_t> index_of(const List& list, const Tree& item, std::string_view key) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (key.empty() ? list[i] == item : list[i].find({key}) != nullptr && *list[i].find({key}) == item)
      return i;
  }
  return std::nullopt;
}

class Merger {
 public:
  Merger(std::string_view kind, Diagnostics& diagnostics) : kind_(kind), diagnostics_(diagnostics) {}

  Tree merge(const Tree& target, const Data& patch, const std::string& path) {
    if (patch.kind == NodeKind::kScalar && target.members() == nullptr && target.list() == nullptr)
      return scalar(patch);
    if (shape_of(target) != shape_of(patch)) {
      fault(patch, fmt::format("{} is {}, and the patch has {}", path, shape_of(target), shape_of(patch)),
            "To put something else there, use a JSON patch with the operation replace.");
      return target;
    }
    if (const auto* members = target.members()) return merge_map(*members, patch, path);
    return merge_list(*target.list(), patch, path);
  }

 private:
  void fault(const Data& data, std::string message, std::string help = {}) {
    diagnostics_.add({Severity::kError, data.place, std::move(message), std::move(help)});
  }

  // What the object has not: as it stands in the patch, without what only directs the merge.
  Tree added(const Data& data) {
    Data copy = data;
    strip(copy);
    return tree_of_data(copy);
  }

  void strip(Data& data) {
    for (const auto& [key, value] : data.members) check_directive(key, value);
    std::erase_if(data.members, [](const auto& member) { return member.first.starts_with('$'); });
    for (auto& [key, value] : data.members) strip(value);
    // As Kubernetes does: an item that directs a merge is none of a list that is new.
    std::erase_if(data.items, [](const Data& item) { return member_of(item, kDirective) != nullptr; });
    for (auto& item : data.items) strip(item);
  }

  void check_directive(const std::string& key, const Data& value) {
    if (!key.starts_with('$')) return;
    if (key != kDirective) {
      fault(value, fmt::format("the directive {} is not known here", key),
            "To take something away, set it to null, or an item of a list to $patch: delete.");
    } else if (value.text != "delete" && value.text != "replace" && value.text != "merge") {
      fault(value, fmt::format("$patch is delete, replace or merge, not \"{}\"", value.text));
    }
  }

  static std::string directive(const Data& map) {
    const Data* found = member_of(map, kDirective);
    return found == nullptr ? std::string() : found->text;
  }

  Tree merge_map(Members members, const Data& patch, const std::string& path) {
    if (directive(patch) == "replace") return added(patch);
    if (directive(patch) == "delete") return Members{};
    for (const auto& [key, value] : patch.members) {
      check_directive(key, value);
      if (key.starts_with('$')) continue;
      const auto found = std::find_if(members.begin(), members.end(),
                                      [&](const Member& member) { return member.key == key; });
      if (value.kind == NodeKind::kNull) {
        if (found != members.end()) members.erase(found);
      } else if (found == members.end()) {
        members.push_back({key, added(value)});
      } else {
        found->value = merge(found->value, value, below(path, key));
      }
    }
    return members;
  }

  Tree merge_list(const List& list, const Data& patch, const std::string& path) {
    const auto key = merge_key(kind_, path);
    if (!key) return added(patch);
    return key->empty() ? merge_texts(list, patch) : merge_items(list, patch, *key, path);
  }

  Tree merge_texts(const List& list, const Data& patch) {
    List wanted;
    for (const auto& item : patch.items) {
      if (Tree text = tree_of_data(item); !index_of(wanted, text, "")) wanted.push_back(std::move(text));
    }
    return in_order(list, wanted, list, "");
  }

  Tree merge_items(const List& before, const Data& patch, std::string_view key, const std::string& path) {
    List kept = before;
    List wanted;
    for (const auto& item : patch.items) {
      const Data* name = item.kind == NodeKind::kMap ? member_of(item, key) : nullptr;
      const bool whole_list = item.kind == NodeKind::kMap && directive(item) == "replace" && name == nullptr;
      if (whole_list) {
        kept.clear();
        continue;
      }
      if (name == nullptr || name->kind != NodeKind::kScalar) {
        fault(item, fmt::format("an item of {} has no {}", path, key),
              fmt::format("Items of this list are told apart by {}.", key));
        continue;
      }
      const auto found = index_of(kept, scalar(*name), key);
      if (directive(item) != "delete") {
        wanted.push_back(found ? merge(kept[*found], item, path) : added(item));
      } else if (found) {
        kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(*found));
      } else {
        fault(item, fmt::format("{} has no item to delete whose {} is {}", path, key, name->text));
      }
    }
    return in_order(kept, wanted, before, key);
  }

  // `wanted` in its order; what else is in `list` stays behind those that it was behind.
  static Tree in_order(const List& list, const List& wanted, const List& before, std::string_view key) {
    const auto id = [&](const Tree& item) -> const Tree& { return key.empty() ? item : *item.find({key}); };
    List result;
    std::size_t next = 0;
    for (const auto& item : list) {
      if (index_of(wanted, id(item), key)) continue;
      const auto own = index_of(before, id(item), key);
      while (next < wanted.size()) {
        const auto other = index_of(before, id(wanted[next]), key);
        if (other && *own < *other) break;
        result.push_back(wanted[next++]);
      }
      result.push_back(item);
    }
    result.insert(result.end(), wanted.begin() + static_cast<std::ptrdiff_t>(next), wanted.end());
    return result;
  }

  std::string_view kind_;
  Diagnostics& diagnostics_;
};

}  // namespace

Tree strategic_merge(const Tree& object, const Data& patch, Diagnostics& diagnostics) {
  return Merger(text_at(object, {"kind"}), diagnostics).merge(object, patch, "");
}

Tree tree_of_data(const Data& data) {
  if (data.kind == NodeKind::kList) {
    List list;
    for (const auto& item : data.items) {
      if (item.kind != NodeKind::kNull) list.push_back(tree_of_data(item));
    }
    return list;
  }
  if (data.kind == NodeKind::kMap) {
    Members members;
    for (const auto& [key, value] : data.members) {
      if (value.kind != NodeKind::kNull) members.push_back({key, tree_of_data(value)});
    }
    return members;
  }
  return scalar(data);
}

}  // namespace windlass::generator
