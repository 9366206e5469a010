// ignoreMigrationPatterns: which entries validate and repair leave alone (Flyway section 4.7).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/migrations/plan.hpp"

namespace windlass::migrations {

class IgnorePatterns {
 public:
  // Reads "<type>:<state>" in any case. What is none of these is left out and said in `faults`, in Flyway's
  // words.
  IgnorePatterns(const std::vector<std::string>& patterns, std::vector<std::string>& faults);

  void add_pending() { patterns_.push_back({"*", "pending"}); }

  // Whether a pattern fits the entry and its state as `info` prints it ("missing" is not "Failed (Missing)").
  bool fit(const Entry& entry) const;
  // Whether a pattern fits the entry and names `state`, whatever state the entry is in.
  bool name(const Entry& entry, std::string_view state) const;

 private:
  struct Pattern {
    std::string type;
    std::string state;
  };
  std::vector<Pattern> patterns_;
};

}  // namespace windlass::migrations
