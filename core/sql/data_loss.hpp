// What of the stored data a statement takes away: tables, columns, rows, for whoever has to agree to it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace windlass::sql {

struct Loss {
  enum class Kind { kTable, kColumn, kRows, kOther } kind;
  std::string
      relation;  // the table, schema-qualified where it was written so, unquoted; of kOther: what is dropped
  std::string column;  // of kColumn

  bool operator==(const Loss&) const = default;
};

// "table shop.orders", "column currency of shop.orders", "rows of shop.orders", "schema shop".
std::string to_text(const Loss& loss);

// What one statement takes away, by its parse tree. Empty when that is nothing, or when libpg_query cannot
// parse it; what a function, a trigger or a cascade takes away is not seen. Never fails on any text.
std::vector<Loss> data_loss(std::string_view statement);

}  // namespace windlass::sql
