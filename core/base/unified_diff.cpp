#include "core/base/unified_diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace windlass {
namespace {

using Lines = std::vector<std::string_view>;

enum class Change { kSame, kRemoved, kAdded };
struct Edit {
  Change change;
  std::string_view line;
};

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// Myers' greedy algorithm (1986): for each number of edits, how far down the texts every diagonal reaches.
// What each round found is kept, so that the path can be walked back.
class Myers {
 public:
  Myers(const Lines& before, const Lines& after) : before_(before), after_(after) {}

  std::vector<Edit> edits() {
    auto x = size(before_);
    auto y = size(after_);
    std::vector<Edit> edits;
    if (!search()) return everything();
    for (auto round = static_cast<Index>(rounds_.size()) - 1; round >= 0; --round)
      step_back(round, x, y, edits);
    std::reverse(edits.begin(), edits.end());
    return edits;
  }

 private:
  using Index = std::ptrdiff_t;
  using Reach = std::vector<Index>;  // by diagonal, from -round - 1 to round + 1

  static constexpr Index kMostEdits =
      2'000;  // texts that share less are shown whole; memory grows by its square

  static Index size(const Lines& lines) { return static_cast<Index>(lines.size()); }
  static std::string_view at(const Lines& lines, Index index) {
    return lines[static_cast<std::size_t>(index)];
  }
  static Index& at(Reach& reach, Index diagonal) {
    return reach[static_cast<std::size_t>(diagonal + static_cast<Index>(reach.size() / 2))];
  }

  static bool goes_down(Reach& former, Index diagonal, Index round) {
    return diagonal == -round || (diagonal != round && at(former, diagonal - 1) < at(former, diagonal + 1));
  }

  // rounds_[n] holds what was reached before round n. False when it takes too many edits.
  bool search() {
    Reach reach(3, 0);
    for (Index round = 0; round <= kMostEdits; ++round) {
      rounds_.push_back(reach);
      Reach next(reach.size() + 2, 0);
      for (Index diagonal = -round; diagonal <= round; diagonal += 2) {
        const bool down = goes_down(reach, diagonal, round);
        Index x = down ? at(reach, diagonal + 1) : at(reach, diagonal - 1) + 1;
        while (x < size(before_) && x - diagonal < size(after_) && at(before_, x) == at(after_, x - diagonal))
          ++x;
        at(next, diagonal) = x;
        if (x >= size(before_) && x - diagonal >= size(after_)) return true;
      }
      reach = std::move(next);
    }
    return false;
  }

  void step_back(Index round, Index& x, Index& y, std::vector<Edit>& edits) {
    auto& former = rounds_[static_cast<std::size_t>(round)];
    const bool down = goes_down(former, x - y, round);
    const Index from = down ? x - y + 1 : x - y - 1;
    const Index start_x = round == 0 ? 0 : at(former, from);
    const Index start_y = round == 0 ? 0 : start_x - from;
    while (x > start_x && y > start_y) {
      edits.push_back({Change::kSame, at(before_, --x)});
      --y;
    }
    if (round == 0) return;
    edits.push_back(down ? Edit{Change::kAdded, at(after_, start_y)}
                         : Edit{Change::kRemoved, at(before_, start_x)});
    x = start_x;
    y = start_y;
  }

  std::vector<Edit> everything() const {
    std::vector<Edit> edits;
    for (const auto line : before_) edits.push_back({Change::kRemoved, line});
    for (const auto line : after_) edits.push_back({Change::kAdded, line});
    return edits;
  }

  const Lines& before_;
  const Lines& after_;
  std::vector<Reach> rounds_;
};

// "12,3": where a hunk begins and how many lines it has; an empty one stands behind the line before it.
std::string range(std::size_t begin, std::size_t count) {
  const auto first = count == 0 ? begin : begin + 1;
  return count == 1 ? fmt::format("{}", first) : fmt::format("{},{}", first, count);
}

class Hunks {
 public:
  explicit Hunks(const std::vector<Edit>& edits) : edits_(edits) {}

  std::string text() {
    constexpr std::size_t kContext = 3;
    for (std::size_t i = 0; i < edits_.size();) {
      if (edits_[i].change == Change::kSame) {
        ++i;
        continue;
      }
      const auto begin = i - std::min(i, kContext);
      std::size_t end = i + 1;  // behind the last change of the hunk
      for (auto next = end; next < edits_.size() && next - end <= 2 * kContext; ++next) {
        if (edits_[next].change != Change::kSame) end = next + 1;
      }
      i = std::min(end + kContext, edits_.size());
      add(begin, i);
    }
    return result_;
  }

 private:
  void add(std::size_t begin, std::size_t end) {
    for (; position_ < begin; ++position_) count(edits_[position_], before_line_, after_line_);
    const auto before_begin = before_line_;
    const auto after_begin = after_line_;
    std::string body;
    for (; position_ < end; ++position_) {
      const auto& edit = edits_[position_];
      count(edit, before_line_, after_line_);
      body += " -+"[static_cast<std::size_t>(edit.change)];
      body.append(edit.line).append("\n");
    }
    result_ += fmt::format("@@ -{} +{} @@\n{}", range(before_begin, before_line_ - before_begin),
                           range(after_begin, after_line_ - after_begin), body);
  }

  static void count(const Edit& edit, std::size_t& before, std::size_t& after) {
    if (edit.change != Change::kAdded) ++before;
    if (edit.change != Change::kRemoved) ++after;
  }

  const std::vector<Edit>& edits_;
  std::size_t position_ = 0;
  std::size_t before_line_ = 0;
  std::size_t after_line_ = 0;
  std::string result_;
};

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, const std::string& before_name,
                         const std::string& after_name) {
  const auto before_lines = lines_of(before);
  const auto after_lines = lines_of(after);
  if (before_lines == after_lines) return {};
  const auto edits = Myers(before_lines, after_lines).edits();
  return fmt::format("--- {}\n+++ {}\n{}", before_name, after_name, Hunks(edits).text());
}

}  // namespace windlass
