// Runs pg_dump and pg_restore: a dump in custom format, and the proof that it can be read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/error.hpp"
#include "core/base/stop_signal.hpp"
#include "hook/dump/tools.hpp"

namespace windlass::hook {

// What bounds the work: the phase's deadline and a stop request.
struct WorkLimits {
  const Clock& clock;
  const StopSignal& stop;
  const Deadline& deadline;
};

struct DumpJob {
  DumpTools tools;
  std::vector<std::pair<std::string, std::string>> environment;  // PGHOST, PGPASSWORD, ...: how to connect
  std::filesystem::path file;                                    // is made
  Milliseconds lock_timeout{};                                   // of one attempt to lock the tables
  int retries = 0;                                               // after that
  std::function<std::string()> lock_holders;                     // who stands in the way; may be empty
  std::function<std::uint64_t()> bytes;                          // written so far, for progress
};

// The command line that `job` runs. It holds nothing of the connection, so it may be shown and recorded.
std::vector<std::string> dump_command(const DumpJob& job);

// Dumps the whole database; logs progress every 5 s and pg_dump's warnings. Throws Error: kTransient for a
// full disk, a lock, a lost connection or the deadline, kUnreachable, kNotPermitted, kTerminated on a stop
// request.
void dump_database(const DumpJob& job, const WorkLimits& limits);

// Reads the table of contents, then every byte of data: a damaged archive still lists well. Returns the
// number of its entries. Throws Error(kTransient) when the archive cannot be read.
std::size_t read_back(const DumpTools& tools, const std::filesystem::path& file, const WorkLimits& limits);

// As sha256_hex_of_file, for files that take minutes. Throws as read_back does.
std::string sha256_within(const std::filesystem::path& file, const WorkLimits& limits);

// What a failed pg_dump's stderr means (LC_ALL=C). The text itself becomes the details.
Error dump_error(std::string_view program, std::string_view output);

// "118.3 MiB".
std::string format_bytes(std::uint64_t bytes);

}  // namespace windlass::hook
