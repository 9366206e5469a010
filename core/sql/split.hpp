// Cuts a PostgreSQL script into the statements that go to the server one by one, and loses nothing of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/sql/text_window.hpp"

namespace windlass::sql {

enum class StatementKind {
  kSql,
  kCopyFromStdin,  // `text` ends before the semicolon; the rows follow in `copy_data`
  kMetaCommand,    // a psql backslash command that is accepted and not sent (\restrict, \unrestrict)
};

// Offsets are bytes into the source, in 32 bits because a script can have a million statements. The pieces
// [piece_offset, piece_offset + piece_length) of all statements, put together, are the source: comments
// before a statement belong to its piece, what follows the last one to the last piece (a source without
// statements is one nameless piece that no statement owns).
struct Statement {
  StatementKind kind = StatementKind::kSql;
  std::uint32_t offset = 0;  // first byte of the first token, leading comments left out
  std::uint32_t length = 0;  // up to the last token, without the semicolon
  std::uint32_t piece_offset = 0;
  std::uint32_t piece_length = 0;
  std::uint32_t copy_offset = 0;  // the COPY rows, without the line that holds \.
  std::uint32_t copy_length = 0;

  bool operator==(const Statement&) const = default;
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

// What is wrong with a script that was not there as a whole when it was cut.
struct SplitFault {
  std::size_t offset;
  std::string message;
  std::string help;
};

struct PiecewiseResult {
  std::vector<Statement> statements;
  std::vector<SplitFault> faults;  // by offset
};

// The same for a script that comes in pieces. Of its text no more is held than the longest token; a script of
// 4 GiB and more is a fault.
PiecewiseResult split(MoreText more);

}  // namespace windlass::sql
