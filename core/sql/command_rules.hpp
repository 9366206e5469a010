// What the first words of a statement say about it: enough for everything but the locks of ALTER and CREATE
// TABLE.
#pragma once

#include <string_view>

#include "core/sql/classify.hpp"

namespace windlass::sql {

// All of StatementClass but `parsed`. `lock` and `relations` are complete unless the command alters or
// creates a table; there the words give the safe guess, and the parse tree knows better (table_locks.hpp).
// The rules about transaction blocks are PostgreSQL's PreventInTransactionBlock, measured on 12 to 18.
StatementClass classify_by_words(std::string_view statement, int server_version);

}  // namespace windlass::sql
