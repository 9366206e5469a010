// Many questions to the database in two messages, answered from one snapshot.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hook/database/session.hpp"

namespace windlass::hook {

// Reads that see one snapshot: the first message begins it, the last one ends it, neither costs a message of
// its own. What was not ended is rolled back.
class Snapshot {
 public:
  Snapshot(Session& session, std::string_view doing) : session_(session), doing_(doing) {}
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  // Statements with semicolons between them; throws as query_all.
  std::vector<Rows> begin(const std::string& questions);
  std::vector<Rows> end(const std::string& questions);

 private:
  Session& session_;
  std::string doing_;
};

}  // namespace windlass::hook
