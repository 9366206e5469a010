#include "hook/execute/index_build.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/log.hpp"

namespace windlass::hook {
namespace {

bool builds_concurrently(const sql::StatementClass& statement) {
  const bool builds =
      statement.effect == sql::Effect::kCreateIndex || statement.effect == sql::Effect::kReindex;
  return builds && statement.command.ends_with("CONCURRENTLY");
}

ReindexScope scope_of(const sql::StatementClass& statement) {
  using Kind = ReindexScope::Kind;
  const auto begins = [&](std::string_view with) { return statement.command.starts_with(with); };
  const Kind kind = begins("REINDEX INDEX")    ? Kind::kIndex
                    : begins("REINDEX TABLE")  ? Kind::kTable
                    : begins("REINDEX SCHEMA") ? Kind::kSchema
                                               : Kind::kDatabase;
  return {kind, statement.object};
}

}  // namespace

void refuse_corrupting_build(const migrations::PreparedScript& script, int server_version) {
  constexpr int kFirstBroken = 140'000;
  constexpr int kFirstCured = 140'004;
  if (server_version < kFirstBroken || server_version >= kFirstCured) return;
  const auto found = std::find_if(script.classes.begin(), script.classes.end(), builds_concurrently);
  if (found == script.classes.end()) return;
  throw Error(ExitCode::kRefused,
              fmt::format("{}: {} on PostgreSQL 14.0 to 14.3 can leave a corrupt index without a word",
                          script.source.path, found->command),
              "Update the server to 14.4 or later, or build the index without CONCURRENTLY.");
}

IndexBuild::IndexBuild(const WatchedSession& watched, const sql::StatementClass& statement,
                       std::string_view text, const ObjectState& before)
    : watched_(watched), statement_(statement), text_(text), before_(before) {}

std::optional<IndexState> IndexBuild::find() const {
  const bool nameless = statement_.object.empty();
  if (nameless && before_.presence != ObjectState::Presence::kAbsent) return std::nullopt;
  if (!statement_.object.empty()) return index_state(watched_.session(), statement_.object);
  if (statement_.relations.empty()) return std::nullopt;
  return new_index(watched_.session(), statement_.relations.front(), before_.id);
}

void IndexBuild::drop(const IndexState& index) const {
  log::warning(fmt::format("dropping index {}, which an interrupted build left invalid", index.name));
  watched_.run("dropping the invalid index " + index.name, "DROP INDEX CONCURRENTLY IF EXISTS " + index.name);
}

bool IndexBuild::is_there_or_make_room() const {
  for (auto index = find(); index; index = find()) {
    if (index->valid) {
      const auto same = is_built_by(watched_.session(), *index, text_);
      if (same == true) return true;
      if (same == false && statement_.if_exists)
        log::warning(
            fmt::format("index {} is there, but is not what the script would build; IF NOT EXISTS "
                        "passes over it",
                        index->name));
      return false;
    }
    if (index->builder.empty()) {
      drop(*index);
      continue;
    }
    watched_.wait_until(
        fmt::format("index {} is not valid, and {} is at work on it", index->name, index->builder), [&] {
          const auto now = find();
          return !now || now->valid || now->builder.empty();
        });
  }
  return false;
}

bool IndexBuild::is_another() const {
  const auto index = find();
  return index && index->valid && is_built_by(watched_.session(), *index, text_) == false;
}

void IndexBuild::sweep() const {
  const auto index = find();
  if (index && !index->valid && index->builder.empty()) drop(*index);
}

void IndexBuild::sweep_within(Milliseconds limit) const {
  const auto index = find();
  if (!index || index->valid || !index->builder.empty()) return;
  log::info("dropping index " + index->name + ", which is not complete");
  Session& session = watched_.session();
  session.execute("limiting a statement", fmt::format("SET statement_timeout = {}", limit.count()));
  session.execute("dropping the invalid index " + index->name, "DROP INDEX CONCURRENTLY " + index->name);
}

void IndexBuild::analyze() const {
  try {
    const auto index = find();
    if (!index || !has_expressions(watched_.session(), *index)) return;
    log::info(fmt::format("analysing {}: index {} is of expressions", index->table, index->name));
    watched_.run("analysing " + index->table, "ANALYZE " + index->table);
  } catch (const DatabaseError& error) {
    if (watched_.session().lost()) throw;
    log::warning(error.what());
  }
}

void sweep_reindex(const WatchedSession& watched, const sql::StatementClass& statement) {
  if (!builds_concurrently(statement)) return;
  for (const auto& index : reindex_leftovers(watched.session(), scope_of(statement))) {
    if (!index.builder.empty()) {
      log::warning(
          fmt::format("index {} is left alone: {} is at work on its table", index.name, index.builder));
      continue;
    }
    log::warning(fmt::format("dropping index {}, which an interrupted REINDEX left", index.name));
    watched.run("dropping the leftover index " + index.name,
                "DROP INDEX CONCURRENTLY IF EXISTS " + index.name);
  }
}

}  // namespace windlass::hook
