#include "generator/tree/tree.hpp"

#include <fmt/format.h>

#include <atomic>

#include "core/base/digest.hpp"

namespace windlass::generator {
namespace {

// What is hashed, gathered in one text: a hash of many small pieces takes several times as long.
void add_text(std::string& bytes, char kind, std::string_view text) {
  // The length goes first, so that two texts in a row cannot be read as two others.
  bytes += kind;
  bytes += std::to_string(text.size());
  bytes += ':';
  bytes += text;
}

void add_tree(std::string& bytes, const Tree& tree);

void add_members(std::string& bytes, const Members& members) {
  bytes += 'm';
  for (const auto& member : members) {
    if (member.value.is_absent()) continue;
    add_text(bytes, 'k', member.key);
    add_tree(bytes, member.value);
  }
  bytes += 'e';
}

void add_tree(std::string& bytes, const Tree& tree) {
  if (const auto* text = tree.text()) {
    add_text(bytes, 's', *text);
  } else if (const auto* number = tree.number()) {
    add_text(bytes, 'i', std::to_string(*number));
  } else if (const auto* truth = tree.truth()) {
    add_text(bytes, 'b', *truth ? "true" : "false");
  } else if (const auto* list = tree.list()) {
    bytes += fmt::format("l{}:", list->size());
    for (const auto& item : *list) add_tree(bytes, item);
  } else if (const auto* members = tree.members()) {
    add_members(bytes, *members);
  } else if (const auto* use = tree.use()) {
    add_text(bytes, 't', use->name);
    add_members(bytes, use->values);
  } else {
    bytes += '-';
  }
}

}  // namespace

const Tree* find_member(const Members& members, std::string_view key) {
  for (const auto& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

const Tree* Tree::find(std::initializer_list<std::string_view> path) const {
  const Tree* tree = this;
  for (const auto key : path) {
    const auto* inside = tree->members();
    tree = inside == nullptr ? nullptr : find_member(*inside, key);
    if (tree == nullptr) return nullptr;
  }
  return tree;
}

Tree* Tree::find(std::initializer_list<std::string_view> path) {
  Tree* tree = this;
  for (const auto key : path) {
    auto* inside = std::get_if<std::shared_ptr<Members>>(&tree->value_);
    if (inside == nullptr || find_member(**inside, key) == nullptr) return nullptr;
    if (inside->use_count() > 1) *inside = std::make_shared<Members>(**inside);
    // Whoever shared it before has read it for the last time.
    std::atomic_thread_fence(std::memory_order_acquire);
    tree = const_cast<Tree*>(find_member(**inside, key));
  }
  return tree;
}

bool Tree::operator==(const Tree& other) const {
  if (use() != nullptr || other.use() != nullptr) {
    return use() != nullptr && other.use() != nullptr && use()->name == other.use()->name &&
           use()->values == other.use()->values;
  }
  if (value_.index() != other.value_.index()) return false;
  if (members() != nullptr) return members() == other.members() || *members() == *other.members();
  if (list() != nullptr) return list() == other.list() || *list() == *other.list();
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
  std::string bytes;
  add_tree(bytes, tree);
  return sha256_hex(bytes);
}

}  // namespace windlass::generator
