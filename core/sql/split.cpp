#include "core/sql/split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "core/base/text.hpp"
#include "core/sql/lexer.hpp"
#include "core/sql/meta_command.hpp"
#include "core/sql/places.hpp"
#include "core/sql/statement_shape.hpp"
#include "core/sql/word_reader.hpp"

namespace windlass::sql {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kMostDiagnostics = 100;
constexpr std::string_view kBlanks = " \t\f\v";
constexpr std::string_view kEndOfRows = "\\.";
constexpr std::size_t kLongestLine = std::size_t{64} << 10U;  // of a psql command, or of blanks around \.
constexpr std::size_t kLongestScript = std::numeric_limits<std::uint32_t>::max();

std::uint32_t narrow(std::size_t offset) { return static_cast<std::uint32_t>(offset); }

std::size_t line_end(std::string_view source, std::size_t offset) {
  return std::min(source.find_first_of("\r\n", offset), source.size());
}

std::size_t next_line(std::string_view source, std::size_t offset) {
  const std::size_t end = line_end(source, offset);
  if (source.substr(end, 2) == "\r\n") return end + 2;
  return std::min(end + 1, source.size());
}

// Where the line that holds only \. begins, from the line at `offset` on. Blanks around it are allowed, as
// Flyway does.
std::optional<std::size_t> end_of_rows(std::string_view source, std::size_t offset) {
  for (std::size_t found = source.find(kEndOfRows, offset); found != std::string_view::npos;
       found = source.find(kEndOfRows, found + 1)) {
    std::size_t begin = found;
    while (begin > offset && kBlanks.find(source[begin - 1]) != std::string_view::npos) --begin;
    if (begin > offset && source[begin - 1] != '\n' && source[begin - 1] != '\r') continue;
    const std::size_t behind = source.find_first_not_of(kBlanks, found + kEndOfRows.size());
    if (behind == std::string_view::npos || source[behind] == '\n' || source[behind] == '\r') return begin;
  }
  return std::nullopt;
}

// What a statement does to the meaning of backslashes in '...'; nothing for most.
std::optional<bool> switches_escapes(std::string_view statement) {
  WordReader words(statement);
  if (words.accept("reset")) {
    if (words.sees("standard_conforming_strings") || words.sees("all")) return false;
    return std::nullopt;
  }
  if (!words.accept("set")) return std::nullopt;
  if (!words.accept("session")) words.accept("local");
  if (!words.accept("standard_conforming_strings")) return std::nullopt;
  words.skip();  // = or TO
  return is_false(words.text_of(words.token(0)));
}

class Splitter {
 public:
  explicit Splitter(MoreText more)
      : window_(std::move(more),
                [this](std::string_view piece, std::size_t offset) { check_bytes(piece, offset); }),
        lexer_(window_.text()) {}

  PiecewiseResult run();

 private:
  void check_bytes(std::string_view piece, std::size_t offset);
  Token next_token();
  std::size_t place(std::size_t at) const { return window_.base() + at; }
  std::size_t hold_line(std::size_t at);
  std::size_t skip_line(std::size_t at);
  std::optional<std::size_t> find_end_of_rows(std::size_t at);
  void go_on_at(std::size_t at) { lexer_ = Lexer(window_.text(), at); }
  void take(const Token& token);
  void take_semicolon(const Token& token);
  void take_backslash(const Token& token);
  void open(std::size_t at);
  void extend(const Token& token);
  void close(std::size_t piece_end);
  void close_with_rows(std::size_t semicolon_end);
  void check_backslash(const Token& token);
  void report(std::size_t offset, std::string message, std::string help);
  void report_unterminated(const Token& token);
  void report_unclosed();

  PiecewiseResult result_;
  bool nul_reported_ = false;
  bool invalid_reported_ = false;
  TextWindow window_;              // looks at its first piece as soon as it is made
  Lexer lexer_;                    // of the window
  std::optional<Statement> open_;  // the statement whose end has not been seen
  StatementShape shape_;           // of open_
  std::string setting_;            // the first words of open_, if it is a SET or RESET
  std::size_t piece_begin_ = 0;
  bool unterminated_ = false;
  bool escapes_ = false;  // standard_conforming_strings is off
};

PiecewiseResult Splitter::run() {
  for (Token token = next_token(); token.kind != TokenKind::kEnd; token = next_token()) take(token);
  const std::size_t size = place(window_.text().size());
  if (open_) {
    report_unclosed();
    if (shape_.reads_rows()) {
      close_with_rows(window_.text().size());
    } else {
      close(size);
    }
  }
  if (!result_.statements.empty()) {
    Statement& last = result_.statements.back();
    last.piece_length = narrow(size) - last.piece_offset;
  }
  std::stable_sort(result_.faults.begin(), result_.faults.end(),
                   [](const SplitFault& a, const SplitFault& b) { return a.offset < b.offset; });
  return std::move(result_);
}

// A token that ends where the window does may be the beginning of a longer one.
Token Splitter::next_token() {
  while (true) {
    const Token token = lexer_.next();
    if (!lexer_.saw_end() || window_.at_end()) return token;
    window_.advance(token.offset);
    go_on_at(0);
  }
}

void Splitter::check_bytes(std::string_view piece, std::size_t offset) {
  const std::size_t nul = piece.find('\0');
  if (nul != std::string_view::npos && !std::exchange(nul_reported_, true)) {
    report(offset + nul, "the script holds a NUL byte",
           "Save the script as UTF-8 text; UTF-16 and binary files do not work.");
  }
  const std::size_t invalid = first_invalid_utf8(piece);
  if (invalid < piece.size() && !std::exchange(invalid_reported_, true)) {
    const auto byte = static_cast<unsigned>(static_cast<unsigned char>(piece[invalid]));
    report(offset + invalid, fmt::format("byte 0x{:02x} is not valid UTF-8", byte),
           "Save the script as UTF-8.");
  }
}

// Moves the window so that the line of byte `at` is in it, unless it is longer than any line that says
// something to us. Returns where `at` is then.
std::size_t Splitter::hold_line(std::size_t at) {
  while (!window_.at_end() && window_.text().size() - at < kLongestLine &&
         line_end(window_.text(), at) + 1 >= window_.text().size()) {
    window_.advance(at);
    at = 0;
  }
  return at;
}

// Behind the line of byte `at`.
std::size_t Splitter::skip_line(std::size_t at) {
  while (!window_.at_end() && line_end(window_.text(), at) + 1 >= window_.text().size()) {
    at = std::min(line_end(window_.text(), at), window_.text().size());
    window_.advance(at);
    at = 0;
  }
  return next_line(window_.text(), at);
}

// As end_of_rows in the whole script, from the line at `at` on.
std::optional<std::size_t> Splitter::find_end_of_rows(std::size_t at) {
  while (true) {
    const std::string_view text = window_.text();
    if (window_.at_end()) return end_of_rows(text, at);
    // Up to the last line that is whole; a line feed may follow a carriage return that ends the window.
    const std::size_t last = text.substr(0, text.size() - 1).find_last_of("\r\n");
    const std::size_t whole = last == std::string_view::npos || last < at ? at : last + 1;
    if (const auto found = end_of_rows(text.substr(0, whole), at)) return found;
    at = whole;
    if (text.size() - at > kLongestLine) {
      at = skip_line(at);
    } else {
      window_.advance(at);
      at = 0;
    }
  }
}

void Splitter::take(const Token& token) {
  if (!token.terminated) report_unterminated(token);
  if (token.kind == TokenKind::kComment) return;
  if (token.kind == TokenKind::kSemicolon) return take_semicolon(token);
  if (token.kind == TokenKind::kBackslash) return take_backslash(token);
  if (!open_ && token.in(window_.text()).starts_with(kByteOrderMark)) {
    lexer_.move_to(token.offset +
                   kByteOrderMark.size());  // of a file that was put in front of or behind another
    return;
  }
  if (!open_) open(token.offset);
  if (escapes_) check_backslash(token);
  extend(token);
}

void Splitter::extend(const Token& token) {
  constexpr std::size_t kWords = 64;  // bytes that hold the first words of any SET that matters
  const std::string_view text = window_.text();
  shape_.add(token, text, window_.base());
  const bool first = open_->length == 0;
  open_->length = narrow(place(token.end())) - open_->offset;
  const bool is_setting =
      first ? is_word(token, text, "set") || is_word(token, text, "reset") : !setting_.empty();
  if (is_setting && setting_.size() < kWords) setting_.append(token.in(text)).append(" ");
}

void Splitter::take_semicolon(const Token& token) {
  if (!open_) return;
  if (!shape_.ends_at_semicolon()) {
    extend(token);
  } else if (shape_.reads_rows()) {
    close_with_rows(token.end());
  } else {
    close(place(token.end()));
  }
}

// Wherever it stands outside quotes, psql takes a backslash for a command that runs to the end of the line.
void Splitter::take_backslash(const Token& token) {
  const std::size_t at = hold_line(token.offset);
  const std::string_view text = window_.text();
  const std::string_view command = trim(text.substr(at, line_end(text, at) - at));
  const std::string_view name = command.substr(1, command.find_first_of(" \t", 1) - 1);
  if (open_ || !is_harmless_meta_command(name)) {
    report(place(at), fmt::format("psql command \\{} is not SQL", name.substr(0, 20)),
           meta_command_help(name));
    return go_on_at(skip_line(at));
  }
  open(at);
  open_->kind = StatementKind::kMetaCommand;
  open_->length = narrow(command.size());
  const std::size_t behind = skip_line(at);
  close(place(behind));
  go_on_at(behind);
}

void Splitter::open(std::size_t at) {
  open_.emplace();
  open_->offset = narrow(place(at));
  shape_ = StatementShape();
  setting_.clear();
}

void Splitter::close(std::size_t piece_end) {
  open_->piece_offset = narrow(piece_begin_);
  open_->piece_length = narrow(piece_end - piece_begin_);
  piece_begin_ = piece_end;
  if (!setting_.empty()) escapes_ = switches_escapes(setting_).value_or(escapes_);
  result_.statements.push_back(*open_);
  open_.reset();
}

void Splitter::close_with_rows(std::size_t semicolon_end) {
  const std::size_t at = hold_line(semicolon_end);
  Lexer rest(window_.text().substr(0, line_end(window_.text(), at)), at);
  const Token behind = rest.next_significant();
  if (behind.kind != TokenKind::kEnd) {
    report(place(behind.offset),
           "a statement on the line of COPY ... FROM STDIN, where its rows are expected next",
           "Put it on a line of its own: before the COPY, or behind the \\. that ends the rows.");
  }
  open_->kind = StatementKind::kCopyFromStdin;
  const std::size_t rows = skip_line(at);
  open_->copy_offset = narrow(place(rows));
  const auto end_of_rows = find_end_of_rows(rows);
  if (!end_of_rows && !unterminated_) {
    report(open_->offset, "COPY ... FROM STDIN without the line \\. that ends its rows",
           "Put a line that holds only \\. behind the last row.");
  }
  const std::size_t end = end_of_rows.value_or(window_.text().size());
  open_->copy_length = narrow(place(end)) - open_->copy_offset;
  const std::size_t behind_rows = end_of_rows ? skip_line(end) : end;
  close(place(behind_rows));
  go_on_at(behind_rows);
}

// Where such a string ends depends on a setting of the session that a script should not lean on.
void Splitter::check_backslash(const Token& token) {
  const std::string_view text = token.in(window_.text());
  if (token.kind != TokenKind::kString || text.front() != '\'' || text.find('\\') == std::string_view::npos)
    return;
  escapes_ = false;  // one report is enough
  report(place(token.offset), "backslash in a string while standard_conforming_strings is off",
         "Write the string as E'...', which means the same under every setting, and remove the SET.");
}

// A file that is no script at all must not fill the memory with what is wrong with it.
void Splitter::report(std::size_t offset, std::string message, std::string help) {
  const std::size_t reported = result_.faults.size();
  if (reported > kMostDiagnostics) return;
  if (reported == kMostDiagnostics) {
    message = "more faults than are listed";
    help = "Mend those above first.";
  }
  result_.faults.push_back({offset, std::move(message), std::move(help)});
}

void Splitter::report_unterminated(const Token& token) {
  unterminated_ = true;
  const std::string_view text = token.in(window_.text());
  if (token.kind == TokenKind::kComment) {
    report(place(token.offset), "comment without its end",
           "Close it with */; every /* inside it needs one of its own.");
  } else if (token.kind == TokenKind::kQuotedName) {
    report(place(token.offset), "quoted name without its end",
           "Close it with \", or write \"\" for a quote inside it.");
  } else if (text.front() == '$') {
    const std::string_view delimiter = text.substr(0, text.find('$', 1) + 1);
    report(place(token.offset), fmt::format("dollar quote {} without its end", delimiter.substr(0, 70)),
           "Close it with the same delimiter, in the same case.");
  } else {
    report(place(token.offset), "quoted string without its end",
           "Close it with ', or write '' for a quote inside it.");
  }
}

// Nothing behind an open parenthesis or body was cut: one such mistake would send half a script as one
// statement.
void Splitter::report_unclosed() {
  if (unterminated_ || shape_.ends_at_semicolon()) return;
  if (shape_.open_parentheses() > 0) {
    report(shape_.parenthesis_offset(), "parenthesis without its end",
           "Close it with ): up to there no semicolon ends the statement.");
  } else {
    report(shape_.body_offset(), "BEGIN ATOMIC without its END",
           "End the body with END, behind the semicolon of its last statement.");
  }
}

}  // namespace

SplitResult split(std::string_view source, const std::string& file) {
  bool given = false;
  PiecewiseResult cut = split([&] { return std::exchange(given, true) ? std::string_view() : source; });
  SplitResult result{std::move(cut.statements), {}};
  Places places(source, file);
  for (SplitFault& fault : cut.faults) {
    result.diagnostics.add(places.diagnostic(fault.offset, std::move(fault.message), std::move(fault.help)));
  }
  return result;
}

PiecewiseResult split(MoreText more) {
  std::size_t size = 0;
  bool too_long = false;
  PiecewiseResult result = Splitter([&] {
                             const std::string_view piece = more();
                             too_long = size + piece.size() > kLongestScript;
                             size += piece.size();
                             return too_long ? std::string_view() : piece;
                           }).run();
  if (too_long) {
    result.faults.push_back(
        {0, "the script is longer than 4 GiB", "Load the data by other means than a script."});
  }
  return result;
}

}  // namespace windlass::sql
