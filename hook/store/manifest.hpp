// What a published backup says of itself: manifest.json, written last, read back before anybody relies on it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windlass::hook {

struct BackupFile {
  std::string name;
  std::uint64_t bytes = 0;
  std::string sha256;

  bool operator==(const BackupFile&) const = default;
};

// No field holds a secret.
struct Manifest {
  std::string run_id;
  std::string environment;
  std::string database;        // its name
  std::string identity;        // of the database beyond its name: which cluster, which oid
  std::string server;          // "host:port", as the run reached it
  std::string server_version;  // "15.20"
  std::string dump_version;    // what `pg_dump --version` says
  std::vector<std::string> command;
  std::string version_from;    // highest version applied; empty: none
  std::string target;          // version that the pending scripts lead to; empty: they are repeatable ones
  std::string history_digest;  // SHA-256 over the history rows: the state that it was made in
  std::string started;         // UTC, "2026-01-31T12:00:00Z"
  std::string finished;
  std::string lsn_before;  // of the write-ahead log; empty when the role may not read it
  std::string lsn_after;
  std::vector<BackupFile> files;

  bool operator==(const Manifest&) const = default;
};

// Indented JSON with "schemaVersion": 1.
std::string to_json(const Manifest& manifest);

// Nothing when `text` is no manifest of a schema version that we know. Keys that are not known are passed
// over.
std::optional<Manifest> parse_manifest(std::string_view text);

}  // namespace windlass::hook
