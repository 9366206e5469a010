#include "core/base/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "core/base/text.hpp"

namespace windlass {
namespace {

// A caret line under `source`: tabs stay tabs, so that the caret stands right on every terminal.
std::string caret_line(const Diagnostic& diagnostic) {
  std::string line;
  int column = 1;
  for (const char c : diagnostic.source) {
    if (column >= diagnostic.position.column) break;
    if (is_utf8_continuation(c)) continue;
    line += c == '\t' ? '\t' : ' ';
    ++column;
  }
  line += '^';
  line.append(static_cast<std::size_t>(std::max(0, diagnostic.width - 1)), '~');
  return line;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string to_string(const Position& position) {
  if (position.line == 0) return position.file;
  if (position.column == 0) return fmt::format("{}:{}", position.file, position.line);
  return fmt::format("{}:{}:{}", position.file, position.line, position.column);
}

void Diagnostics::add(Diagnostics other) {
  std::move(other.list_.begin(), other.list_.end(), std::back_inserter(list_));
}

bool Diagnostics::has_errors() const { return error_count() > 0; }

std::size_t Diagnostics::error_count() const {
  return static_cast<std::size_t>(std::count_if(
      list_.begin(), list_.end(), [](const Diagnostic& d) { return d.severity == Severity::kError; }));
}

void Diagnostics::sort() {
  std::stable_sort(list_.begin(), list_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.position.file, a.position.line, a.position.column) <
           std::tie(b.position.file, b.position.line, b.position.column);
  });
}

std::string to_text(const Diagnostic& diagnostic) {
  const std::string place = to_string(diagnostic.position);
  std::string text =
      fmt::format("{}{}{}: {}\n", place, place.empty() ? "" : ": ",
                  diagnostic.severity == Severity::kError ? "error" : "warning", diagnostic.message);
  if (!diagnostic.source.empty() && diagnostic.position.column > 0) {
    text += "  " + diagnostic.source + "\n  " + caret_line(diagnostic) + "\n";
  }
  if (!diagnostic.help.empty()) text += "  help: " + diagnostic.help + "\n";
  return text;
}

std::string to_text(const Diagnostics& diagnostics) {
  std::string text;
  for (const auto& diagnostic : diagnostics.list()) text += to_text(diagnostic);
  return text;
}

std::string_view line_at(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  const bool inside_crlf =
      offset > 0 && offset < text.size() && text[offset] == '\n' && text[offset - 1] == '\r';
  if (inside_crlf) --offset;
  std::size_t begin = offset;
  while (begin > 0 && text[begin - 1] != '\n' && text[begin - 1] != '\r') --begin;
  std::size_t end = offset;
  while (end < text.size() && text[end] != '\n' && text[end] != '\r') ++end;
  return text.substr(begin, end - begin);
}

Position position_at(std::string_view text, std::size_t offset, std::string file) {
  Position position{std::move(file), 1, 1};
  advance(position, text, offset);
  return position;
}

void advance(Position& position, std::string_view text, std::size_t count) {
  count = std::min(count, text.size());
  const std::string_view passed = text.substr(0, count);
  std::size_t line_begin = 0;
  const auto end_line = [&](std::size_t begin_of_next) {
    ++position.line;
    position.column = 1;
    line_begin = begin_of_next;
  };
  if (passed.find('\r') == std::string_view::npos) {  // as nearly always: memchr from line to line
    for (auto at = passed.find('\n'); at != std::string_view::npos; at = passed.find('\n', at + 1))
      end_line(at + 1);
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      const bool ends_line =
          text[i] == '\n' || (text[i] == '\r' && (i + 1 >= text.size() || text[i + 1] != '\n'));
      if (ends_line) end_line(i + 1);
    }
  }
  const std::string_view rest = passed.substr(line_begin);
  position.column += static_cast<int>(
      std::count_if(rest.begin(), rest.end(), [](char c) { return !is_utf8_continuation(c); }));
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  if (word.empty()) return {};
  std::string_view best;
  // Below the word's own length, else any short word is near.
  std::size_t best_distance = std::min(std::max<std::size_t>(2, word.size() / 3) + 1, word.size());
  for (const auto candidate : candidates) {
    const std::size_t distance = edit_distance(to_lower(word), to_lower(candidate));
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace windlass
