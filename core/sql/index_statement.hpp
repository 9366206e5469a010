// A CREATE INDEX taken apart: what must be the same of two indexes for them to be the same index.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace windlass::sql {

struct IndexStatement {
  bool unique = false;
  std::string name;   // as written; empty when none is
  std::string table;  // as written
  std::string rest;   // behind the table: USING, columns, INCLUDE, WITH, WHERE
};

// Nothing when the text is no CREATE INDEX. Reads what people write and what pg_get_indexdef() prints.
std::optional<IndexStatement> read_index_statement(std::string_view statement);

}  // namespace windlass::sql
