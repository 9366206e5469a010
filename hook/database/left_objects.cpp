#include "hook/database/left_objects.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "hook/database/catalog.hpp"
#include "hook/database/indexes.hpp"

namespace windlass::hook {
namespace {

std::string note_on(const IndexState& index) {
  return index.builder.empty() ? "" : index.builder + " is at work on its table";
}

void add_indexes(Session& session, const std::vector<std::string>& schemas,
                 std::vector<LeftObject>& objects) {
  std::vector<LeftObject> leftovers;
  for (const auto& schema : schemas) {
    const std::string quoted = Session::quote_name(schema);
    const auto left = reindex_leftovers(session, {ReindexScope::Kind::kSchema, quoted});
    const auto is_leftover = [&](const IndexState& index) {
      return std::any_of(left.begin(), left.end(),
                         [&](const IndexState& one) { return one.oid == index.oid; });
    };
    for (const auto& index : unfinished_indexes(session, schema)) {
      const std::string remedy =
          index.builder.empty() ? "DROP INDEX CONCURRENTLY " + index.name + ";" : std::string();
      auto& list = is_leftover(index) ? leftovers : objects;
      list.push_back({is_leftover(index) ? "reindex-leftover" : "invalid-index", index.name, index.table,
                      note_on(index), remedy});
    }
  }
  objects.insert(objects.end(), leftovers.begin(), leftovers.end());
}

void add_pending_detaches(Session& session, const std::vector<std::string>& schemas,
                          std::vector<LeftObject>& objects) {
  constexpr int kHasConcurrentDetach = 14;
  if (session.server_major() < kHasConcurrentDetach) return;
  for (const auto& schema : schemas) {
    const Rows rows = session.query(
        "looking for pending detaches",
        "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), h.inhparent::pg_catalog.regclass, "
        "pg_catalog.format('ALTER TABLE %s DETACH PARTITION %I.%I FINALIZE;', "
        "h.inhparent::pg_catalog.regclass, n.nspname, c.relname) FROM pg_catalog.pg_inherits h JOIN "
        "pg_catalog.pg_class c ON c.oid = h.inhrelid JOIN pg_catalog.pg_namespace n ON n.oid = "
        "c.relnamespace WHERE h.inhdetachpending AND n.nspname = $1 ORDER BY 1",
        {schema});
    for (const auto& row : rows)
      objects.push_back(
          {"pending-detach", row[0].value_or(""), row[1].value_or(""), "", row[2].value_or("")});
  }
}

void add_prepared(Session& session, std::vector<LeftObject>& objects) {
  const Rows rows = session.query(
      "looking for prepared transactions",
      "SELECT pg_catalog.quote_literal(gid), owner, pg_catalog.date_trunc('second', prepared) FROM "
      "pg_catalog.pg_prepared_xacts WHERE database = pg_catalog.current_database() ORDER BY prepared");
  for (const auto& row : rows) {
    objects.push_back({"prepared-transaction", row[0].value_or(""), "",
                       fmt::format("of {}, since {}", row[1].value_or("?"), row[2].value_or("?")), ""});
  }
}

}  // namespace

std::vector<LeftObject> left_objects(Session& session, const std::vector<std::string>& schemas) {
  std::vector<LeftObject> objects;
  add_indexes(session, schemas, objects);
  add_pending_detaches(session, schemas, objects);
  add_prepared(session, objects);
  return objects;
}

}  // namespace windlass::hook
