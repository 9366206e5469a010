// Indexes as the server has them: valid or not, who is building them, and what an interrupted build left.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hook/database/session.hpp"

namespace windlass::hook {

struct IndexState {
  std::string oid;
  std::string name;   // schema-qualified and quoted
  std::string table;  // the same of its table
  bool valid = false;
  // Who builds it, or works on its table under the lock that a build takes: "process 4711 (role app, psql)".
  // Empty when nobody does. What is not valid and in nobody's hands, a build that was cut off has left.
  std::string builder;
};

// An index by its name as written in a script (looked up through search_path). That of a partitioned table
// counts as valid: it is complete when each partition has its own.
std::optional<IndexState> index_state(Session& session, const std::string& name_as_written);

// Those of a schema that are not valid, by name.
std::vector<IndexState> unfinished_indexes(Session& session, const std::string& schema);

// The indexes of a table, its name as written: their oids with commas between.
std::string indexes_of(Session& session, const std::string& table);
// One that is not among `known` (oids with commas between): how a statement's index without a name is found.
std::optional<IndexState> new_index(Session& session, const std::string& table, const std::string& known);

// Where a REINDEX CONCURRENTLY worked: on an index, on a table with its partitions and its TOAST table, in a
// schema, or in the whole database.
struct ReindexScope {
  enum class Kind { kIndex, kTable, kSchema, kDatabase } kind = Kind::kDatabase;
  std::string name;  // as written
};
// The indexes that it left when it was cut off: not valid, named after another index of the same table with
// _ccnew or _ccold and digits behind it, the name cut where PostgreSQL cuts it (63 bytes).
std::vector<IndexState> reindex_leftovers(Session& session, const ReindexScope& scope);

// Whether `index` is what `statement`, a CREATE INDEX, would build: the server builds it on an empty table of
// the same shape, in a transaction that is rolled back, and both definitions are compared. Nothing when it
// cannot be built there (no right to temporary tables, say). Outside a transaction only.
std::optional<bool> is_built_by(Session& session, const IndexState& index, std::string_view statement);

// Whether the index computes expressions: it has no statistics until its table is analysed.
bool has_expressions(Session& session, const IndexState& index);

}  // namespace windlass::hook
