// What a query gives: rows of texts, NULLs among them.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace windlass::hook {

using Value = std::optional<std::string>;  // nothing: NULL
using Row = std::vector<Value>;
using Rows = std::vector<Row>;
// Of each row, NULL as an empty text.
std::vector<std::string> first_column(const Rows& rows);

// A result with what the server says of its columns.
struct Table {
  std::vector<std::string> columns;
  bool is_one_boolean = false;  // a single column of type boolean
  Rows rows;
};

}  // namespace windlass::hook
