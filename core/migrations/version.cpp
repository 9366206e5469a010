#include "core/migrations/version.hpp"

#include <algorithm>

namespace windlass::migrations {
namespace {

// Flyway reads this number as its word "latest" and stores "<< Latest Version >>", which it cannot read
// again.
constexpr std::string_view kLatestNumber = "9223372036854775807";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string without_leading_zeros(std::string_view digits) {
  const auto first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? "0" : std::string(digits.substr(first));
}

std::strong_ordering compare_numbers(const std::string& a, const std::string& b) {
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

}  // namespace

std::optional<Version> Version::parse(std::string_view text) {
  if (text == kLatestNumber) return std::nullopt;
  Version version;
  version.text_ = text;
  std::replace(version.text_.begin(), version.text_.end(), '_', '.');
  const std::string_view dotted = version.text_;
  for (std::size_t begin = 0; begin <= dotted.size();) {
    const std::size_t end = std::min(dotted.find('.', begin), dotted.size());
    const std::string_view part = dotted.substr(begin, end - begin);
    if (part.empty() || !std::all_of(part.begin(), part.end(), is_digit)) return std::nullopt;
    version.parts_.push_back(without_leading_zeros(part));
    begin = end + 1;
  }
  while (!version.parts_.empty() && version.parts_.back() == "0") version.parts_.pop_back();
  return version;
}

std::strong_ordering Version::operator<=>(const Version& other) const {
  const std::size_t common = std::min(parts_.size(), other.parts_.size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto order = compare_numbers(parts_[i], other.parts_[i]);
    if (order != std::strong_ordering::equal) return order;
  }
  return parts_.size() <=> other.parts_.size();
}

}  // namespace windlass::migrations
