// A session on a test case's own database, and what phases are given to wait with.
#pragma once

#include <string>

#include "core/base/clock.hpp"
#include "core/base/stop_signal.hpp"
#include "hook/database/database.hpp"
#include "tests/support/test_database.hpp"

namespace windlass::hook {

struct Connected {
  windlass::testing::TestDatabase server;
  SystemClock clock;
  StopSignal stop;
  Deadline deadline{clock, std::chrono::minutes(10)};
  Database database{target(), "windlass test", Milliseconds(5'000), clock, stop, deadline};

  ConnectionTarget target() const { return {server.url(), "", {}, "", "", Secret()}; }
  Session& session() { return database.session(); }
  Session another() const { return connect(target(), "another runner", Milliseconds(5'000), clock, stop); }
  std::string value(const std::string& sql) { return session().query_value("asking", sql).value_or("NULL"); }
};

inline const HistoryTableName kHistory{"public", "flyway_schema_history"};

}  // namespace windlass::hook
