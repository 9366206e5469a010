// A migration version, compared and written as Flyway does.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windlass::migrations {

// A dotted sequence of whole numbers of any length. 1 = 1.0 = 001; 1.10 > 1.9.
class Version {
 public:
  // Takes dots or underscores between the parts. Nothing when `text` is no version: a part that is empty or
  // not made of ASCII digits, and Flyway's special words, which as file versions break its own history.
  static std::optional<Version> parse(std::string_view text);

  // As written, underscores turned into dots ("1_0" -> "1.0"): what the history table stores.
  const std::string& text() const { return text_; }

  std::strong_ordering operator<=>(const Version& other) const;
  bool operator==(const Version& other) const { return (*this <=> other) == 0; }

 private:
  std::string text_;
  std::vector<std::string> parts_;  // digits without leading zeros; trailing zero parts removed
};

}  // namespace windlass::migrations
