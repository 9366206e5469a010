// What the server says of the object that a statement makes or unmakes: there, not there, half done.
#pragma once

#include <string>
#include <string_view>

#include "core/sql/classify.hpp"
#include "hook/database/session.hpp"

namespace windlass::hook {

struct ObjectState {
  enum class Presence {
    kUnknown,  // the catalogue does not tell
    kAbsent,
    kThere,       // of an index: and valid; of a partition: attached
    kUnfinished,  // an index that is not valid, a partition whose detach is pending, a database half dropped
    kCommitted,   // a prepared transaction that has ended
    kRolledBack,
  };
  Presence presence = Presence::kUnknown;
  std::string id;  // oid; a prepared transaction's number; a subscription's publications
};

// "there 16402": as an intent keeps it.
std::string to_text(const ObjectState& state);
// Unknown when the text is no such state.
ObjectState parse_object_state(std::string_view text);

// Of the object that `statement` is about, before the statement is sent; its names are looked up as the
// session's search_path says. An index without a name is absent, with the oids of the table's indexes as id.
ObjectState state_before(Session& session, const sql::StatementClass& statement);
// The same after it was sent, with what was said before: a prepared transaction that is gone is asked for by
// its number, an index without a name is one that was not there before.
ObjectState state_after(Session& session, const sql::StatementClass& statement, const ObjectState& before);

}  // namespace windlass::hook
