// Puts a script and what surrounds it into the messages that carry it, and finds the way back from an error's
// position to the script. Pure: no server.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/migrations/replaced_text.hpp"
#include "core/sql/split.hpp"

namespace windlass::hook {

// One simple-query message. The server parses it whole, runs its statements in order and reports one result
// each.
struct ScriptMessage {
  // Where a stretch of the message came from.
  struct Stretch {
    std::size_t message_offset;  // bytes
    std::size_t source_offset;   // bytes
    std::size_t length;
  };
  std::string text;
  std::optional<FileStretch> mapped;    // a statement of many megabytes alone, in the place of `text`
  std::vector<Stretch> stretches;       // ascending; what is in none of them is ours
  std::vector<std::size_t> statements;  // by result: index of the script's statement, kOurs for one of ours
  // What is sent; a NUL stands behind it.
  std::string_view sent() const { return mapped ? mapped->text() : text; }

  static constexpr std::size_t kOurs = static_cast<std::size_t>(-1);
  static constexpr std::size_t kPrelude = static_cast<std::size_t>(-2);  // Surroundings::prelude
};

// What runs before the script's first and after its last statement, in the same transaction.
struct Surroundings {
  std::vector<std::string> before;  // one statement each, without semicolon
  std::vector<std::string> after;
  std::string prelude = {};  // behind `before`; empty: none. Known apart from the others when it fails
  // What runs in front of the script's statement of that index; may be left out.
  std::function<std::vector<std::string>(std::size_t)> before_statement = {};
};

inline constexpr std::size_t kMessageLimit = std::size_t{256} << 10U;

// A comment to put in front of a message's first statement: who looks at pg_stat_activity sees whose script
// it is, and it costs no round trip.
std::string script_comment(std::string_view script);
// The script that the comment at the beginning of `query` names; empty when there is none.
std::string script_in_comment(std::string_view query);

// The messages of one script, made one at a time: a script of any length is carried by a single message's
// memory.
class ScriptMessages {
 public:
  // Cuts at statement boundaries so that no message is much longer than `limit` bytes: the server, too, holds
  // a whole message and its parse trees in memory. `skipped` are statements that are not sent (the script's
  // own BEGIN and COMMIT, accepted meta-commands). The first three have to outlive this.
  ScriptMessages(const migrations::ReplacedText& text, const std::vector<sql::Statement>& statements,
                 const std::vector<bool>& skipped, Surroundings surroundings,
                 std::size_t limit = kMessageLimit);

  // Puts the next message in the place of the last one; false, and an empty one, when there is none.
  bool next(ScriptMessage& message);

  const migrations::ReplacedText& text() const { return text_; }
  const std::vector<sql::Statement>& statements() const { return statements_; }

 private:
  void announce(ScriptMessage& message);
  bool put_mapped(ScriptMessage& message);

  const migrations::ReplacedText& text_;
  const std::vector<sql::Statement>& statements_;
  const std::vector<bool>& skipped_;
  Surroundings surroundings_;
  std::size_t limit_;
  std::size_t next_ = 0;  // statement
  bool begun_ = false;
  bool announced_ = false;  // what runs before the next statement has been put into a message
  bool ended_ = false;
};

// The source's byte that `position` (characters from 1, as PostgreSQL counts) points at; npos when it is
// ours.
std::size_t source_offset_of(const ScriptMessage& message, std::size_t position);

}  // namespace windlass::hook
