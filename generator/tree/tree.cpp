#include "generator/tree/tree.hpp"

#include <fmt/format.h>

#include "core/base/digest.hpp"

namespace windlass::generator {
namespace {

void add_text(Sha256& sha, char kind, std::string_view text) {
  // The length goes first, so that two texts in a row cannot be read as two others.
  sha.add(fmt::format("{}{}:", kind, text.size()));
  sha.add(text);
}

void add_tree(Sha256& sha, const Tree& tree);

void add_members(Sha256& sha, const Members& members) {
  sha.add("m");
  for (const auto& member : members) {
    if (member.value.is_absent()) continue;
    add_text(sha, 'k', member.key);
    add_tree(sha, member.value);
  }
  sha.add("e");
}

void add_tree(Sha256& sha, const Tree& tree) {
  if (const auto* text = tree.text()) {
    add_text(sha, 's', *text);
  } else if (const auto* number = tree.number()) {
    add_text(sha, 'i', std::to_string(*number));
  } else if (const auto* truth = tree.truth()) {
    add_text(sha, 'b', *truth ? "true" : "false");
  } else if (const auto* list = tree.list()) {
    sha.add(fmt::format("l{}:", list->size()));
    for (const auto& item : *list) add_tree(sha, item);
  } else if (const auto* members = tree.members()) {
    add_members(sha, *members);
  } else if (const auto* use = tree.use()) {
    add_text(sha, 't', use->name);
    add_members(sha, use->values);
  } else {
    sha.add("-");
  }
}

const Member* find_member(const Members& members, std::string_view key) {
  for (const auto& member : members) {
    if (member.key == key) return &member;
  }
  return nullptr;
}

}  // namespace

const Tree* Tree::find(std::initializer_list<std::string_view> path) const {
  const Tree* tree = this;
  for (const auto key : path) {
    const auto* inside = tree->members();
    const Member* member = inside == nullptr ? nullptr : find_member(*inside, key);
    if (member == nullptr) return nullptr;
    tree = &member->value;
  }
  return tree;
}

Tree* Tree::find(std::initializer_list<std::string_view> path) {
  return const_cast<Tree*>(static_cast<const Tree*>(this)->find(path));
}

bool Tree::operator==(const Tree& other) const {
  if (use() != nullptr || other.use() != nullptr) {
    return use() != nullptr && other.use() != nullptr && use()->name == other.use()->name &&
           use()->values == other.use()->values;
  }
  if (value_.index() != other.value_.index()) return false;
  if (members() != nullptr) return *members() == *other.members();
  if (list() != nullptr) return *list() == *other.list();
  if (text() != nullptr) return *text() == *other.text();
  if (number() != nullptr) return *number() == *other.number();
  if (truth() != nullptr) return *truth() == *other.truth();
  return true;
}

std::string_view text_at(const Tree& tree, std::initializer_list<std::string_view> path) {
  const Tree* found = tree.find(path);
  return found != nullptr && found->text() != nullptr ? std::string_view(*found->text()) : std::string_view();
}

const List& list_at(const Tree& tree, std::initializer_list<std::string_view> path) {
  static const List kEmpty;
  const Tree* found = tree.find(path);
  return found != nullptr && found->list() != nullptr ? *found->list() : kEmpty;
}

std::string fingerprint(const Tree& tree) {
  Sha256 sha;
  add_tree(sha, tree);
  return sha.hex();
}

}  // namespace windlass::generator
