// A user's mistake with its place in a file, and the list in which all of them are reported at once.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace windlass {

// A place in a file, both counted from 1; columns count characters, not bytes. 0: not known.
struct Position {
  std::string file;
  int line = 0;
  int column = 0;

  bool operator==(const Position&) const = default;
};

// "file:line:col", as far as it is known.
std::string to_string(const Position& position);

enum class Severity { kError, kWarning };

struct Diagnostic {
  Severity severity = Severity::kError;
  Position position = {};
  std::string message = {};  // lower case, no full stop
  std::string help = {};     // what to do, a sentence; may be empty
  std::string source = {};   // the line it is about, without its line end; may be empty
  int width = 1;             // characters that the caret underlines
  std::string rule = {};     // stable id of the lint rule, for machines; empty: none
};

class Diagnostics {
 public:
  void add(Diagnostic diagnostic) { list_.push_back(std::move(diagnostic)); }
  void add(Diagnostics other);

  bool empty() const { return list_.empty(); }
  bool has_errors() const;
  std::size_t error_count() const;
  const std::vector<Diagnostic>& list() const { return list_; }

  // Orders by file, line, column; equal places keep their order.
  void sort();

 private:
  std::vector<Diagnostic> list_;
};

// For people: "file:line:col: error: message", the source line, a caret below it, "  help: ...".
std::string to_text(const Diagnostic& diagnostic);
std::string to_text(const Diagnostics& diagnostics);

// The line of `text` that holds byte `offset`, without its line end.
std::string_view line_at(std::string_view text, std::size_t offset);

// Line and column (characters) of byte `offset` of `text`. Lines end at \n, \r\n or a lone \r.
Position position_at(std::string_view text, std::size_t offset, std::string file);
// Moves `position` over the first `count` bytes of `text`, which begins there, by the same rules.
void advance(Position& position, std::string_view text, std::size_t count);

// The candidate nearest to `word` by edit distance, empty when none is near: for "did you mean".
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace windlass
