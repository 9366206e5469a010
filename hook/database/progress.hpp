// How far a statement of ours is, as the server tells another session.
#pragma once

#include <cstdint>
#include <string>

#include "hook/database/session.hpp"

namespace windlass::hook {

struct Progress {
  std::string work;   // "index build", "vacuum"; empty: the server reports none for this statement
  std::string phase;  // in the server's words: "building index: scanning table"
  std::int64_t done = 0;
  std::int64_t total = 0;  // of the phase; 0: the phase counts nothing that ends
  std::string unit;        // of both: "blocks", "tuples", "lockers"
  std::string wait_type;   // what it waits for right now: "Lock", "IO"; empty: it works
  std::string wait_event;  // "relation", "DataFileRead"

  bool waits_for_lock() const { return wait_type == "Lock"; }
};

// What process `backend` is doing, from pg_stat_activity and the progress views that the server's version has
// (index builds, VACUUM, CLUSTER: 12; ANALYZE: 13; COPY: 14).
Progress progress_of(Session& session, int backend);

}  // namespace windlass::hook
