// What a backup's manifest says of the database that it came from.
#pragma once

#include <string>

#include "hook/database/session.hpp"

namespace windlass::hook {

struct DumpSource {
  std::string database;
  std::string identity;        // the cluster's system identifier and the database's oid; the address when the
                               // role may not ask for the former
  std::string server;          // "host:port"
  std::string server_version;  // "15.20"
};

DumpSource read_dump_source(Session& session);

// Where the write-ahead log is, also on a standby; empty when the role may not know.
std::string wal_position(Session& session);

// The other sessions that keep pg_dump from locking a table of this database: "process 123 (role app, psql)
// with orders"; empty when there is none or it cannot be known.
std::string exclusive_lock_holders(Session& session);

}  // namespace windlass::hook
