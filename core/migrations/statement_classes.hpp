// The classes of a script's statements: most statements of a long script are of a few classes, and each is
// held once.
#pragma once

#include <cstddef>
#include <iterator>
#include <map>
#include <vector>

#include "core/sql/classify.hpp"

namespace windlass::migrations {

class StatementClasses {
 public:
  StatementClasses() = default;
  StatementClasses(StatementClasses&&) = default;
  StatementClasses& operator=(StatementClasses&&) = default;
  StatementClasses(const StatementClasses&) = delete;  // they point into a map of their own
  StatementClasses& operator=(const StatementClasses&) = delete;

  void push_back(sql::StatementClass one) { of_each_.push_back(distinct_.try_emplace(std::move(one)).first); }

  const sql::StatementClass& operator[](std::size_t statement) const { return of_each_[statement]->first; }
  const sql::StatementClass& front() const { return of_each_.front()->first; }
  const sql::StatementClass& back() const { return of_each_.back()->first; }
  std::size_t size() const { return of_each_.size(); }
  bool empty() const { return of_each_.empty(); }
  std::size_t distinct() const { return distinct_.size(); }

 private:
  struct Nothing {};
  using Distinct = std::map<sql::StatementClass, Nothing>;

 public:
  // Steps from the class of one statement to that of the next.
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = sql::StatementClass;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = const value_type&;

    Iterator() = default;
    explicit Iterator(std::vector<Distinct::const_iterator>::const_iterator at) : at_(at) {}
    reference operator*() const { return (*at_)->first; }
    pointer operator->() const { return &(*at_)->first; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return Iterator(at_++); }
    bool operator==(const Iterator&) const = default;

   private:
    std::vector<Distinct::const_iterator>::const_iterator at_;
  };
  Iterator begin() const { return Iterator(of_each_.begin()); }
  Iterator end() const { return Iterator(of_each_.end()); }

 private:
  Distinct distinct_;
  std::vector<Distinct::const_iterator> of_each_;
};

}  // namespace windlass::migrations
