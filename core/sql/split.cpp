#include "core/sql/split.hpp"

#include <fmt/format.h>

#include <algorithm>
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
std::optional<std::size_t> find_end_of_rows(std::string_view source, std::size_t offset) {
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
  if (std::string_view("sSrR").find(statement.front()) == std::string_view::npos)
    return std::nullopt;  // cheaper
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
  Splitter(std::string_view source, const std::string& file)
      : source_(source), lexer_(source), places_(source, file) {}

  SplitResult run();

 private:
  void check_bytes();
  void take(const Token& token);
  void take_semicolon(const Token& token);
  void take_backslash(const Token& token);
  void open(std::size_t offset);
  void close(std::size_t piece_end);
  void close_with_rows(std::size_t semicolon_end);
  void check_backslash(const Token& token);
  void report(std::size_t offset, std::string message, std::string help);
  void report_unterminated(const Token& token);
  void report_unclosed();

  std::string_view source_;
  Lexer lexer_;
  Places places_;
  SplitResult result_;
  std::optional<Statement> open_;  // the statement whose end has not been seen
  StatementShape shape_;           // of open_
  std::size_t piece_begin_ = 0;
  bool unterminated_ = false;
  bool escapes_ = false;  // standard_conforming_strings is off
};

SplitResult Splitter::run() {
  check_bytes();
  for (Token token = lexer_.next(); token.kind != TokenKind::kEnd; token = lexer_.next()) take(token);
  if (open_) {
    report_unclosed();
    if (shape_.reads_rows()) {
      close_with_rows(source_.size());
    } else {
      close(source_.size());
    }
  }
  if (!result_.statements.empty()) {
    Statement& last = result_.statements.back();
    last.piece_length = source_.size() - last.piece_offset;
  }
  result_.diagnostics.sort();
  return std::move(result_);
}

void Splitter::check_bytes() {
  const std::size_t nul = source_.find('\0');
  if (nul != std::string_view::npos) {
    report(nul, "the script holds a NUL byte",
           "Save the script as UTF-8 text; UTF-16 and binary files do not work.");
  }
  const std::size_t invalid = first_invalid_utf8(source_);
  if (invalid < source_.size()) {
    const auto byte = static_cast<unsigned>(static_cast<unsigned char>(source_[invalid]));
    report(invalid, fmt::format("byte 0x{:02x} is not valid UTF-8", byte), "Save the script as UTF-8.");
  }
}

void Splitter::take(const Token& token) {
  if (!token.terminated) report_unterminated(token);
  if (token.kind == TokenKind::kComment) return;
  if (token.kind == TokenKind::kSemicolon) return take_semicolon(token);
  if (token.kind == TokenKind::kBackslash) return take_backslash(token);
  if (!open_ && token.in(source_).starts_with(kByteOrderMark)) {
    lexer_.move_to(token.offset +
                   kByteOrderMark.size());  // of a file that was put in front of or behind another
    return;
  }
  if (!open_) open(token.offset);
  if (escapes_) check_backslash(token);
  shape_.add(token, source_);
  open_->length = token.end() - open_->offset;
}

void Splitter::take_semicolon(const Token& token) {
  if (!open_) return;
  if (!shape_.ends_at_semicolon()) {
    shape_.add(token, source_);
    open_->length = token.end() - open_->offset;
  } else if (shape_.reads_rows()) {
    close_with_rows(token.end());
  } else {
    close(token.end());
  }
}

// Wherever it stands outside quotes, psql takes a backslash for a command that runs to the end of the line.
void Splitter::take_backslash(const Token& token) {
  const std::size_t end = line_end(source_, token.offset);
  const std::string_view command = trim(source_.substr(token.offset, end - token.offset));
  const std::string_view name = command.substr(1, command.find_first_of(" \t", 1) - 1);
  lexer_.move_to(end);
  if (open_ || !is_harmless_meta_command(name)) {
    report(token.offset, fmt::format("psql command \\{} is not SQL", name.substr(0, 20)),
           meta_command_help(name));
    return;
  }
  open(token.offset);
  open_->kind = StatementKind::kMetaCommand;
  open_->length = command.size();
  const std::size_t behind = next_line(source_, token.offset);
  lexer_.move_to(behind);
  close(behind);
}

void Splitter::open(std::size_t offset) {
  const Position position = places_.at(offset);
  open_.emplace();
  open_->offset = offset;
  open_->line = position.line;
  open_->column = position.column;
  shape_ = StatementShape();
}

void Splitter::close(std::size_t piece_end) {
  open_->piece_offset = piece_begin_;
  open_->piece_length = piece_end - piece_begin_;
  piece_begin_ = piece_end;
  escapes_ = switches_escapes(open_->text(source_)).value_or(escapes_);
  result_.statements.push_back(*open_);
  open_.reset();
}

void Splitter::close_with_rows(std::size_t semicolon_end) {
  const std::size_t rest_of_line = line_end(source_, semicolon_end);
  Lexer rest(source_.substr(0, rest_of_line), semicolon_end);
  const Token behind = rest.next_significant();
  if (behind.kind != TokenKind::kEnd) {
    report(behind.offset, "a statement on the line of COPY ... FROM STDIN, where its rows are expected next",
           "Put it on a line of its own: before the COPY, or behind the \\. that ends the rows.");
  }
  open_->kind = StatementKind::kCopyFromStdin;
  open_->copy_offset = next_line(source_, semicolon_end);
  const auto end_of_rows = find_end_of_rows(source_, open_->copy_offset);
  if (!end_of_rows && !unterminated_) {
    report(open_->offset, "COPY ... FROM STDIN without the line \\. that ends its rows",
           "Put a line that holds only \\. behind the last row.");
  }
  open_->copy_length = end_of_rows.value_or(source_.size()) - open_->copy_offset;
  const std::size_t piece_end = end_of_rows ? next_line(source_, *end_of_rows) : source_.size();
  lexer_.move_to(piece_end);
  close(piece_end);
}

// Where such a string ends depends on a setting of the session that a script should not lean on.
void Splitter::check_backslash(const Token& token) {
  const std::string_view text = token.in(source_);
  if (token.kind != TokenKind::kString || text.front() != '\'' || text.find('\\') == std::string_view::npos)
    return;
  escapes_ = false;  // one report is enough
  report(token.offset, "backslash in a string while standard_conforming_strings is off",
         "Write the string as E'...', which means the same under every setting, and remove the SET.");
}

// A file that is no script at all must not fill the memory with what is wrong with it.
void Splitter::report(std::size_t offset, std::string message, std::string help) {
  const std::size_t reported = result_.diagnostics.list().size();
  if (reported > kMostDiagnostics) return;
  if (reported == kMostDiagnostics) {
    message = "more faults than are listed";
    help = "Mend those above first.";
  }
  result_.diagnostics.add(places_.diagnostic(offset, std::move(message), std::move(help)));
}

void Splitter::report_unterminated(const Token& token) {
  unterminated_ = true;
  const std::string_view text = token.in(source_);
  if (token.kind == TokenKind::kComment) {
    report(token.offset, "comment without its end",
           "Close it with */; every /* inside it needs one of its own.");
  } else if (token.kind == TokenKind::kQuotedName) {
    report(token.offset, "quoted name without its end",
           "Close it with \", or write \"\" for a quote inside it.");
  } else if (text.front() == '$') {
    const std::string_view delimiter = text.substr(0, text.find('$', 1) + 1);
    report(token.offset, fmt::format("dollar quote {} without its end", delimiter.substr(0, 70)),
           "Close it with the same delimiter, in the same case.");
  } else {
    report(token.offset, "quoted string without its end",
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

SplitResult split(std::string_view source, const std::string& file) { return Splitter(source, file).run(); }

}  // namespace windlass::sql
