// Cuts a PostgreSQL script into the statements that go to the server one by one, and loses nothing of it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/diagnostic.hpp"

namespace windlass::sql {

enum class StatementKind {
  kSql,
  kCopyFromStdin,  // `text` ends before the semicolon; the rows follow in `copy_data`
  kMetaCommand,    // a psql backslash command that is accepted and not sent (\restrict, \unrestrict)
};

// Offsets are bytes into the source. The pieces [piece_offset, piece_offset + piece_length) of all
// statements, put together, are the source: comments before a statement belong to its piece, what follows the
// last one to the last piece (a source without statements is one nameless piece that no statement owns).
struct Statement {
  StatementKind kind = StatementKind::kSql;
  std::size_t offset = 0;  // first byte of the first token, leading comments left out
  std::size_t length = 0;  // up to the last token, without the semicolon
  std::size_t piece_offset = 0;
  std::size_t piece_length = 0;
  std::size_t copy_offset = 0;  // the COPY rows, without the line that holds \.
  std::size_t copy_length = 0;
  int line = 1;    // of `offset`, from 1
  int column = 1;  // of `offset`, in characters, from 1

  std::string_view text(std::string_view source) const { return source.substr(offset, length); }
  std::string_view copy_data(std::string_view source) const {
    return source.substr(copy_offset, copy_length);
  }
};

struct SplitResult {
  std::vector<Statement> statements;
  // By place: refused meta-commands, quotes, comments, parentheses and bodies without their end, COPY without
  // \., NUL bytes, bytes that are not UTF-8, backslashes in '...' behind SET standard_conforming_strings =
  // off. With an error in it the script must not be run.
  Diagnostics diagnostics;
};

// Splits `source` (UTF-8; a byte order mark in front of a statement is left out of it) by the rules of psql's
// lexer: quotes, E'' and U&'' strings, dollar quotes, nested comments, parentheses, BEGIN ATOMIC bodies, COPY
// ... FROM STDIN with its rows. standard_conforming_strings counts as on. `file` names it in diagnostics.
// Never fails, never needs a server.
SplitResult split(std::string_view source, const std::string& file);

}  // namespace windlass::sql
