#include "core/migrations/replaced_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/error.hpp"
#include "core/migrations/shown_line.hpp"

namespace windlass::migrations {
namespace {

constexpr std::size_t kMostDiagnostics = 20;

std::size_t hash_of(std::string_view text) { return std::hash<std::string_view>()(text); }

}  // namespace

ReplacedText::ReplacedText(TextSource source, PlaceholderRules rules, std::string file)
    : source_(std::move(source)), rules_(std::move(rules)), file_(std::move(file)) {}

ReplacedText::Made ReplacedText::make(std::size_t bytes_offset) const {
  TextSource::Piece piece = source_.read(bytes_offset);
  Made made;
  made.last = piece.last;
  made.bytes = piece.bytes;
  std::size_t taken = 0;
  if (!piece.last) made.replaced = replace_placeholders_in_piece(piece.text, rules_, file_, taken);
  if (taken == 0) {  // the last piece; or a placeholder as long as a piece, which no end behind it makes one
    made.replaced = replace_placeholders(piece.text, rules_, file_);
    taken = piece.text.size();
  }
  if (taken < piece.text.size()) {
    piece.text.resize(taken);
    made.bytes = source_.bytes_of(piece.text, bytes_offset);
  }
  if (!made.replaced.replacements.empty()) made.source = std::move(piece.text);
  return made;
}

// The first time that a piece is made tells where the next one begins.
void ReplacedText::note(const Made& made) const {
  Mark& mark = marks_.emplace_back(end_);
  mark.hash = hash_of(made.replaced.text);
  mark.is_source = made.replaced.replacements.empty();
  for (Diagnostic fault : made.replaced.diagnostics.list()) {
    if (diagnostics_.list().size() == kMostDiagnostics) break;
    if (fault.position.line == 1) fault.position.column += mark.column - 1;
    if (fault.position.line == 1 && mark.column > 1) fault.source.clear();  // it lacks its beginning
    fault.position.line += mark.line - 1;
    diagnostics_.add(std::move(fault));
  }
  const std::string_view source = made.source_text();
  source_checksum_.add(source);
  Position position{{}, mark.line, mark.column};
  advance(position, source, source.size());
  end_ = {mark.bytes_offset + made.bytes,
          mark.source_offset + source.size(),
          mark.result_offset + made.replaced.text.size(),
          position.line,
          position.column,
          0,
          true};
  complete_ = made.last;
  if (!complete_ || marks_.size() > 1) return;
  source_ = {};  // the one piece stays, and its file need not
  rules_ = {};
}

const ReplacedText::Made& ReplacedText::load(std::size_t index) const {
  if (index == loaded_index_) return loaded_;
  const bool first_time = index == marks_.size();
  loaded_index_ = static_cast<std::size_t>(-1);
  loaded_ = {};
  loaded_ = make(first_time ? end_.bytes_offset : marks_[index].bytes_offset);
  if (first_time) {
    note(loaded_);
  } else if (hash_of(loaded_.replaced.text) != marks_[index].hash) {
    throw Error(ExitCode::kTransient, fmt::format("{} changed while it was read", file_),
                "Run again when nobody writes to it.");
  }
  loaded_index_ = index;
  return loaded_;
}

std::string_view ReplacedText::piece(std::size_t index) const {
  if (complete_ && index >= marks_.size()) return {};
  return load(index).replaced.text;
}

std::function<std::string_view()> ReplacedText::pieces() const {
  return [this, index = std::size_t{0}]() mutable {
    while (!complete_ || index < marks_.size()) {
      const std::string_view text = piece(index++);
      if (!text.empty()) return text;
    }
    return std::string_view();
  };
}

std::size_t ReplacedText::piece_of(std::size_t offset, std::size_t Mark::*counted) const {
  const auto next =
      std::upper_bound(marks_.begin(), marks_.end(), offset,
                       [&](std::size_t wanted, const Mark& mark) { return wanted < mark.*counted; });
  return next == marks_.begin() ? 0 : static_cast<std::size_t>(next - marks_.begin()) - 1;
}

void ReplacedText::read(std::size_t offset, std::size_t length,
                        const std::function<bool(std::string_view)>& take) const {
  const std::size_t end = std::min(offset + length, size());
  for (std::size_t i = piece_of(offset, &Mark::result_offset); offset < end; ++i) {
    const std::string_view text = load(i).replaced.text;
    const std::string_view wanted = text.substr(offset - marks_[i].result_offset, end - offset);
    offset += wanted.size();
    if (!wanted.empty() && !take(wanted)) return;
  }
}

std::string ReplacedText::part(std::size_t offset, std::size_t length) const {
  std::string text;
  text.reserve(length);
  read(offset, length, [&](std::string_view piece) {
    text += piece;
    return true;
  });
  return text;
}

std::optional<FileStretch> ReplacedText::map(std::size_t offset, std::size_t length) const {
  const std::size_t first = piece_of(offset, &Mark::result_offset);
  const std::size_t last = piece_of(offset + length, &Mark::result_offset);
  for (std::size_t i = first; i <= last && i < marks_.size(); ++i) {
    if (!marks_[i].is_source) return std::nullopt;
  }
  read(offset, length, [](std::string_view) { return true; });  // it is what it was
  return source_.map(marks_[first].bytes_offset + (offset - marks_[first].result_offset), length);
}

std::string ReplacedText::whole() const {
  std::string text;
  const auto next = pieces();
  for (auto piece = next(); !piece.empty(); piece = next()) text += piece;
  return text;
}

std::size_t ReplacedText::source_offset(std::size_t offset) const {
  if (offset >= size()) return end_.source_offset;
  const std::size_t i = piece_of(offset, &Mark::result_offset);
  return marks_[i].source_offset +
         migrations::source_offset(load(i).replaced, offset - marks_[i].result_offset);
}

Position ReplacedText::position(std::size_t offset) const {
  if (marks_.empty()) return {file_, 1, 1};
  const std::size_t place = source_offset(offset);
  const std::size_t i = piece_of(place, &Mark::source_offset);
  Position position{file_, marks_[i].line, marks_[i].column};
  advance(position, load(i).source_text(), place - marks_[i].source_offset);
  return position;
}

std::string ReplacedText::source_part(std::size_t begin, std::size_t length) const {
  std::string text;
  const std::size_t end = std::min(begin + length, end_.source_offset);
  for (std::size_t i = piece_of(begin, &Mark::source_offset); begin < end; ++i) {
    const std::string_view piece = load(i).source_text();
    const std::string_view wanted = piece.substr(begin - marks_[i].source_offset, end - begin);
    begin += wanted.size();
    text += wanted;
  }
  return text;
}

std::string ReplacedText::line(std::size_t offset) const {
  constexpr std::size_t kAround = 1024;
  const std::size_t place = source_offset(offset);
  const std::size_t begin = place - std::min(place, kAround);
  return std::string(shown_line(source_part(begin, 2 * kAround), place - begin));
}

std::string ReplacedText::source_between(std::size_t begin, std::size_t end, std::size_t most) const {
  const std::size_t first = source_offset(begin);
  return source_part(first, std::min(source_offset(end) - first, most));
}

std::size_t ReplacedText::held_bytes() const {
  return sizeof *this + loaded_.source.capacity() + loaded_.replaced.text.capacity() +
         marks_.capacity() * sizeof(Mark) + loaded_.replaced.replacements.capacity() * sizeof(Replacement);
}

}  // namespace windlass::migrations
