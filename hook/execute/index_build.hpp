// CREATE INDEX CONCURRENTLY and REINDEX CONCURRENTLY by the book: look first, wait for a build elsewhere,
// sweep up what is not valid.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/migrations/prepared_script.hpp"
#include "hook/database/indexes.hpp"
#include "hook/database/object_state.hpp"
#include "hook/execute/watched_session.hpp"

namespace windlass::hook {

// Throws Error(kRefused) when the script builds an index concurrently and the server (140003: 14.3) is one of
// 14.0 to 14.3, where that corrupts the index without a word.
void refuse_corrupting_build(const migrations::PreparedScript& script, int server_version);

class IndexBuild {
 public:
  // `statement` is a CREATE INDEX; all must outlive the object. `before` is what was true before it was first
  // sent: of an index without a name it holds the table's indexes, so that a new one is known.
  IndexBuild(const WatchedSession& watched, const sql::StatementClass& statement, std::string_view text,
             const ObjectState& before);

  // Nothing of the index's name stands in the way after this, unless it returns true: the index is there,
  // valid and what the statement would build. An index that is not valid is dropped, whatever IF NOT EXISTS
  // says of it; one that another session is building is waited for.
  bool is_there_or_make_room() const;
  // Whether the valid index of that name is known to be another than the statement would build.
  bool is_another() const;
  // After a failure: drops what the statement left.
  void sweep() const;
  // The same with a limit, for a run that has been told to stop: throws when it does not come about in time.
  void sweep_within(Milliseconds limit) const;
  // An index of expressions has no statistics until its table is analysed. A failure is a warning.
  void analyze() const;

 private:
  std::optional<IndexState> find() const;
  void drop(const IndexState& index) const;

  const WatchedSession& watched_;
  const sql::StatementClass& statement_;
  std::string_view text_;
  const ObjectState& before_;
};

// Drops what an interrupted `statement` (REINDEX ... CONCURRENTLY) left, but nothing that another session is
// working on.
void sweep_reindex(const WatchedSession& watched, const sql::StatementClass& statement);

}  // namespace windlass::hook
