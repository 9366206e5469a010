// The installed versions of pg_dump and pg_restore, and which of them fits a server.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace windlass::hook {

struct DumpTools {
  std::filesystem::path pg_dump;
  std::filesystem::path pg_restore;
  int major = 0;
  std::string version;  // "pg_dump (PostgreSQL) 15.20"
};

// Where they may be: Debian's /usr/lib/postgresql/<major>/bin, then the folders of PATH. Debian's
// /usr/bin/pg_dump is a wrapper that picks a version by rules of its own, so the real ones come first.
std::vector<std::filesystem::path> dump_tool_folders();

// Both programs of one folder, ascending by major version; of two with the same the first folder's. A folder
// where one is missing or does not say its version is passed over.
std::vector<DumpTools> find_dump_tools(const std::vector<std::filesystem::path>& folders);

// Those of the server's own major version, else the nearest newer: pg_dump refuses newer servers.
// Throws Error(kConfiguration) naming what is installed and what is needed.
DumpTools choose_dump_tools(const std::vector<DumpTools>& installed, int server_major);

}  // namespace windlass::hook
