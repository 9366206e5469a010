// A failure that the server or the connection reported, with the exit code that it means.
#pragma once

#include <string>
#include <string_view>

#include "core/base/error.hpp"

namespace windlass::hook {

// What PostgreSQL said of a failed statement. Empty or 0 where it said nothing.
struct ServerMessage {
  std::string sqlstate;
  std::string message;
  std::string detail;
  std::string hint;
  std::string context;
  std::size_t position = 0;  // in characters from 1, in the text that was sent
};

// An Error that remembers its SQLSTATE; "" when the connection itself broke.
class DatabaseError : public Error {
 public:
  DatabaseError(ExitCode code, const std::string& message, std::string hint, std::string sqlstate)
      : Error(code, message, std::move(hint)), sqlstate_(std::move(sqlstate)) {}

  const std::string& sqlstate() const { return sqlstate_; }

 private:
  std::string sqlstate_;
};

// The error for a statement of our own that failed while `doing` something ("reading the history table").
DatabaseError database_error(std::string_view doing, const ServerMessage& server);

// The error for a connection that was lost while `doing` something; `last` is what the server said before it
// ended the session, if it did.
DatabaseError lost_connection(std::string_view doing, const ServerMessage& last = {});

// Whether trying again later can help, the script being what it is: lock timeouts, deadlocks, lost backends,
// full disks (PostgreSQL's error classes 08, 40, 53, 57 and 55P03).
bool is_transient(std::string_view sqlstate);
// Whether the statement gave up waiting for a lock or was chosen to end a deadlock.
bool is_lock_failure(std::string_view sqlstate);
// Whether the statement gave way to other sessions, by a lock or by a serialization failure: the same once
// more may well succeed.
bool gave_way_to_others(std::string_view sqlstate);

// query_canceled: by statement_timeout, where we did not ask for it.
inline constexpr std::string_view kCancelled = "57014";

}  // namespace windlass::hook
