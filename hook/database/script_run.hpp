// Sends a script's messages and waits for their results, watching the clock, the stop signal and the locks.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/stop_signal.hpp"
#include "core/sql/split.hpp"
#include "hook/database/script_message.hpp"
#include "hook/database/session.hpp"

namespace windlass::hook {

// A statement that failed, and where.
struct StatementFailure {
  ServerMessage server;
  std::size_t statement = ScriptMessage::kOurs;  // index into the script's statements; kOurs: one of ours
  std::size_t offset = std::string::npos;        // byte of the script that the server points at, if it does
};

enum class RunEnd {
  kDone,     // every message was answered without an error
  kFailed,   // the server refused a statement; the transaction is rolled back
  kLost,     // the connection broke: what was committed is not known
  kStopped,  // a stop request or the deadline; the statement was cancelled, the transaction rolled back
};

struct RunResult {
  RunEnd end = RunEnd::kDone;
  std::optional<StatementFailure> failure;  // of kFailed; of kStopped and kLost when the server said so
  bool deadline_passed = false;             // of kStopped: not a stop request
};

struct RunWatch {
  const Clock& clock;
  const StopSignal& stop;
  const Deadline& deadline;
  // Called about every 50 ms while the server is silent, with the time since the message was sent: to
  // name blockers and to show progress. May use another session, never this one.
  std::function<void(Milliseconds)> on_wait;
};

// Sends the messages one after the other; a COPY FROM STDIN among them gets its rows from the script, and
// rows that the script selects are let go one by one. Ends with the session outside any transaction, unless
// it is lost.
RunResult run_messages(Session& session, ScriptMessages& messages, const RunWatch& watch);
// The same for one statement of ours, without its semicolon.
RunResult run_statement(Session& session, const std::string& statement, const RunWatch& watch);

}  // namespace windlass::hook
