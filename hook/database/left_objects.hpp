// What interrupted statements leave in a database: indexes that are not valid, detaches that are pending,
// transactions that are prepared.
#pragma once

#include <string>
#include <vector>

#include "hook/database/session.hpp"

namespace windlass::hook {

struct LeftObject {
  std::string kind;    // "invalid-index", "reindex-leftover", "pending-detach", "prepared-transaction"
  std::string name;    // as SQL writes it
  std::string table;   // that it belongs to; empty when to none
  std::string note;    // "being built by process 12 (role app)"; may be empty
  std::string remedy;  // the statement that clears it up; empty when that is for its owner to say
};

// In the schemas given; prepared transactions of the database. By kind, then by name.
std::vector<LeftObject> left_objects(Session& session, const std::vector<std::string>& schemas);

}  // namespace windlass::hook
