// Plain data that manifests are made of: scalars, lists, and maps that keep their order.
//
// A tree is a value. Copies share what is below them until one of them is changed, so that a copy costs the
// same however large it is; trees that share may be read, copied and changed by different threads.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace windlass::generator {

class Tree;
struct Member;
using List = std::vector<Tree>;
using Members = std::vector<Member>;  // keys are unique

// Nothing: the member or the list item that holds it is left out of the document.
struct Absent {
  bool operator==(const Absent&) const = default;
};

// What the template of this name becomes with these values; rendering replaces it.
struct FromTemplate {
  std::string name;  // "pod": templates/pod.yaml
  Members values;
};

class Tree {
 public:
  Tree();
  Tree(Absent);
  Tree(const char* text);
  Tree(std::string text);
  Tree(std::string_view text);
  Tree(bool value);
  template <std::integral Number>
  requires(!std::same_as<Number, bool>) Tree(Number number);
  Tree(List list);
  Tree(Members members);
  Tree(FromTemplate use);

  bool is_absent() const { return std::holds_alternative<Absent>(value_); }
  // Null when it is something else.
  const std::string* text() const { return std::get_if<std::string>(&value_); }
  const std::int64_t* number() const { return std::get_if<std::int64_t>(&value_); }
  const bool* truth() const { return std::get_if<bool>(&value_); }
  const List* list() const { return shared<List>(); }
  const Members* members() const { return shared<Members>(); }
  const FromTemplate* use() const { return shared<FromTemplate>(); }

  // The member at the end of a path of keys, null when there is none on the way.
  const Tree* find(std::initializer_list<std::string_view> path) const;
  // The same to be changed: no other tree shares it any more.
  Tree* find(std::initializer_list<std::string_view> path);

  bool operator==(const Tree& other) const;

 private:
  template <typename Part>
  const Part* shared() const {
    const auto* part = std::get_if<std::shared_ptr<Part>>(&value_);
    return part == nullptr ? nullptr : part->get();
  }

  std::variant<Absent, bool, std::int64_t, std::string, std::shared_ptr<List>, std::shared_ptr<Members>,
               std::shared_ptr<FromTemplate>>
      value_;
};

struct Member {
  std::string key;
  Tree value;

  bool operator==(const Member&) const = default;
};

// A tree can only be made, and unmade, where its members' type is complete.
inline Tree::Tree() = default;
inline Tree::Tree(Absent) {}
inline Tree::Tree(const char* text) : value_(std::string(text)) {}
inline Tree::Tree(std::string text) : value_(std::move(text)) {}
inline Tree::Tree(std::string_view text) : value_(std::string(text)) {}
inline Tree::Tree(bool value) : value_(value) {}
template <std::integral Number>
requires(!std::same_as<Number, bool>) Tree::Tree(Number number) : value_(static_cast<std::int64_t>(number)) {}
inline Tree::Tree(List list) : value_(std::make_shared<List>(std::move(list))) {}
inline Tree::Tree(Members members) : value_(std::make_shared<Members>(std::move(members))) {}
inline Tree::Tree(FromTemplate use) : value_(std::make_shared<FromTemplate>(std::move(use))) {}

// The value of the member of this key, null when there is none.
const Tree* find_member(const Members& members, std::string_view key);

// The text at the path, empty when there is none.
std::string_view text_at(const Tree& tree, std::initializer_list<std::string_view> path);

// The items of the list at the path; an empty list when there is none.
const List& list_at(const Tree& tree, std::initializer_list<std::string_view> path);

// SHA-256 over the whole tree, templates' names and values included: two trees that differ differ here.
// Members that are absent do not count, as they do not in the document.
std::string fingerprint(const Tree& tree);

}  // namespace windlass::generator
