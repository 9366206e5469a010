#include "core/sql/session_state.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/sql/lexer.hpp"

namespace windlass::sql {
namespace {

struct Named {
  std::string_view word;
  std::string_view state;
};

constexpr std::array kCommands{
    Named{"reset", "RESET"},           Named{"discard", "DISCARD"}, Named{"listen", "LISTEN"},
    Named{"unlisten", "UNLISTEN"},     Named{"load", "LOAD"},       Named{"prepare", "PREPARE"},
    Named{"deallocate", "DEALLOCATE"},
};
constexpr std::array kLockFunctions{"pg_advisory_lock", "pg_advisory_lock_shared", "pg_try_advisory_lock",
                                    "pg_try_advisory_lock_shared"};
// What a statement of PL/pgSQL may stand behind.
constexpr std::array kOpeners{"begin", "then", "else", "loop"};

class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {
    Lexer lexer(text);
    for (Token token = lexer.next_significant(); token.kind != TokenKind::kEnd;
         token = lexer.next_significant()) {
      tokens_.push_back(token);
    }
  }

  std::string state() const {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      std::string found = begins_statement(i) ? of_command(i) : "";
      if (found.empty()) found = of_call(i);
      if (!found.empty()) return found;
    }
    return word(0, "do") ? of_block() : "";
  }

 private:
  bool word(std::size_t i, std::string_view lower) const {
    return i < tokens_.size() && is_word(tokens_[i], text_, lower);
  }
  bool symbol(std::size_t i, std::string_view text) const {
    return i < tokens_.size() && is_symbol(tokens_[i], text_, text);
  }

  bool begins_statement(std::size_t i) const {
    if (i == 0 || tokens_[i - 1].kind == TokenKind::kSemicolon) return true;
    return std::any_of(kOpeners.begin(), kOpeners.end(),
                       [&](std::string_view opener) { return word(i - 1, opener); });
  }

  std::size_t end_of_statement(std::size_t i) const {
    while (i < tokens_.size() && tokens_[i].kind != TokenKind::kSemicolon) ++i;
    return i;
  }

  // Whether the words `first` `second` follow each other in the statement at `i`.
  bool has_pair(std::size_t i, std::string_view first, std::string_view second) const {
    for (const std::size_t end = end_of_statement(i); i + 1 < end; ++i) {
      if (word(i, first) && word(i + 1, second)) return true;
    }
    return false;
  }

  std::string of_command(std::size_t i) const {
    if (word(i, "set")) {
      const bool harmless = word(i + 1, "local") || word(i + 1, "transaction") || word(i + 1, "constraints");
      return harmless ? "" : "SET without LOCAL";
    }
    if (word(i, "prepare") && word(i + 1, "transaction")) return "";
    for (const auto& command : kCommands) {
      if (word(i, command.word)) return std::string(command.state);
    }
    if (word(i, "declare") && has_pair(i, "with", "hold")) return "DECLARE WITH HOLD";
    const bool into = word(i, "select") && (has_pair(i, "into", "temp") || has_pair(i, "into", "temporary"));
    if (into) return "a temporary table";
    return word(i, "create") ? of_create(i) : "";
  }

  std::string of_create(std::size_t i) const {
    std::size_t next = i + 1;
    if (word(next, "or")) next += 2;
    if (word(next, "local") || word(next, "global")) ++next;
    if (!word(next, "temp") && !word(next, "temporary")) return "";
    for (std::size_t k = next; k + 2 < end_of_statement(i); ++k) {
      if (word(k, "on") && word(k + 1, "commit") && word(k + 2, "drop")) return "";
    }
    return "a temporary object without ON COMMIT DROP";
  }

  std::string of_call(std::size_t i) const {
    if (!symbol(i + 1, "(")) return "";
    if (word(i, "set_config")) return is_local_set_config(i + 1) ? "" : "set_config that is not local";
    for (const auto* function : kLockFunctions) {
      if (word(i, function)) return "an advisory lock of the session";
    }
    return "";
  }

  // Its third argument, behind the parenthesis at `open`, is the word true.
  bool is_local_set_config(std::size_t open) const {
    int depth = 0;
    int commas = 0;
    for (std::size_t i = open; i < tokens_.size(); ++i) {
      if (symbol(i, "(")) ++depth;
      if (symbol(i, ")") && --depth == 0) return false;
      if (depth == 1 && symbol(i, ",") && ++commas == 2) return word(i + 1, "true") && symbol(i + 2, ")");
    }
    return false;
  }

  std::string of_block() const {
    for (const auto& token : tokens_) {
      if (token.kind != TokenKind::kString) continue;
      std::string_view body = token.in(text_);
      const bool dollar = body.front() == '$';
      const auto quote = body.find(dollar ? '$' : '\'', dollar ? 1 : 0);
      if (quote == std::string_view::npos) continue;
      body.remove_prefix(quote + 1);
      std::string found = Scan(body).state();
      if (!found.empty()) return found;
    }
    return "";
  }

  std::string_view text_;
  std::vector<Token> tokens_;
};

}  // namespace

std::string session_state_of(std::string_view statement) { return Scan(statement).state(); }

}  // namespace windlass::sql
