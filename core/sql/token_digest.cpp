#include "core/sql/token_digest.hpp"

#include "core/base/digest.hpp"
#include "core/base/text.hpp"
#include "core/sql/lexer.hpp"
#include "core/sql/split.hpp"

namespace windlass::sql {
namespace {

// No token holds a NUL byte: split() refuses it.
constexpr std::string_view kEndOfToken("\0", 1);

void add_tokens(std::string_view statement, Sha256& digest) {
  Lexer lexer(statement);
  for (Token token = lexer.next_significant(); token.kind != TokenKind::kEnd;
       token = lexer.next_significant()) {
    const std::string kind(1, static_cast<char>('a' + static_cast<int>(token.kind)));
    digest.add(kind);
    if (token.kind == TokenKind::kWord) {
      digest.add(to_lower(token.in(statement)));
    } else {
      digest.add(token.in(statement));
    }
    digest.add(kEndOfToken);
  }
}

}  // namespace

std::string token_digest(std::string_view script) {
  const SplitResult split_script = split(script, "");
  if (split_script.diagnostics.has_errors()) return {};
  Sha256 digest;
  for (const auto& statement : split_script.statements) {
    if (statement.kind == StatementKind::kMetaCommand) continue;
    add_tokens(statement.text(script), digest);
    const auto rows = statement.copy_data(script);
    digest.add(std::to_string(static_cast<int>(statement.kind)) + " " + std::to_string(rows.size()));
    digest.add(kEndOfToken);
    digest.add(rows);
  }
  return digest.hex();
}

}  // namespace windlass::sql
