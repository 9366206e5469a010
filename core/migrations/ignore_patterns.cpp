#include "core/migrations/ignore_patterns.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"

namespace windlass::migrations {
namespace {

const std::vector<std::string> kTypes = {"*", "repeatable", "versioned"};
const std::vector<std::string> kStates = {"*", "missing", "pending", "ignored", "future"};

bool is_one_of(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

IgnorePatterns::IgnorePatterns(const std::vector<std::string>& patterns, std::vector<std::string>& faults) {
  for (const std::string& text : patterns) {
    const std::string_view trimmed = trim(text);
    if (trimmed.empty()) continue;
    const auto parts = split(trimmed, ':');
    if (parts.size() != 2 || parts[0].empty() || parts[1].empty()) {
      faults.push_back(fmt::format(
          "Invalid pattern '{}'. Pattern must be of the form <migration_type>:<migration_state>", trimmed));
      continue;
    }
    Pattern pattern{to_lower(parts[0]), to_lower(parts[1])};
    if (!is_one_of(kTypes, pattern.type)) {
      faults.push_back(
          fmt::format("Invalid migration type '{}'. Valid types are: [{}]", parts[0], join(kTypes, ", ")));
    } else if (!is_one_of(kStates, pattern.state)) {
      faults.push_back(
          fmt::format("Invalid migration state '{}'. Valid states are: [{}]", parts[1], join(kStates, ", ")));
    } else {
      patterns_.push_back(std::move(pattern));
    }
  }
}

bool IgnorePatterns::fit(const Entry& entry) const { return name(entry, to_lower(state_name(entry.state))); }

bool IgnorePatterns::name(const Entry& entry, std::string_view state) const {
  const std::string_view type = entry.repeatable ? "repeatable" : "versioned";
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const Pattern& pattern) {
    return (pattern.type == "*" || pattern.type == type) && (pattern.state == "*" || pattern.state == state);
  });
}

}  // namespace windlass::migrations
