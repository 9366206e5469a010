// The scripts of a project as they lie in its locations: read once, checksummed, in a fixed order. Their
// texts are not kept: a script that is to run is read again (prepared_script.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/migrations/placeholders.hpp"
#include "core/migrations/script_config.hpp"
#include "core/migrations/script_name.hpp"

namespace windlass::migrations {

struct Script {
  ScriptName name;
  std::string path;               // relative to its location, '/' separators: the history table's `script`
  std::string file;               // as opened, for messages
  bool has_config = false;        // `<file>.conf` is there
  std::string encoding;           // of the file: its own .conf's, or the project's
  std::size_t bytes = 0;          // of the file
  bool readable = false;          // false: a diagnostic of the set says why not
  ScriptConfig config;            // of `<file>.conf`
  bool contract = false;          // marked to run after the rollout (script_mark.hpp)
  std::int32_t checksum = 0;      // what the history row gets: of a repeatable, after placeholder replacement
  std::int32_t raw_checksum = 0;  // of the text as it lies in the file
};

struct SetRules {
  NamingRules naming;
  PlaceholderRules placeholders;  // their values decide a repeatable's checksum
  // Instead of them, asked for when the first script needs them: they may not be known before.
  std::function<PlaceholderRules()> placeholders_later = nullptr;
  std::string encoding = "UTF-8";
  bool validate_naming = false;  // an unrecognised *.sql is an error
  bool fail_on_missing_location = true;
};

struct ScriptSet {
  std::vector<Script> scripts;  // versioned, baseline and undo by version, repeatables and callbacks by name
  std::vector<std::string> ignored_files;  // that end in a suffix but are no scripts
  Diagnostics diagnostics;                 // duplicates, bad encodings, bad .conf files, missing locations
  // SHA-256 over kind, path, bytes and .conf bytes of every script, in that order: where the locations lie
  // does not count.
  std::string digest;

  const Script* find(ScriptKind kind, const Version& version) const;  // null when there is none
  std::vector<const Script*> of_kind(ScriptKind kind) const;          // in order of execution
};

// Reads all locations (folders; Flyway's "filesystem:" prefix is accepted), recursively, through symbolic
// links, hidden folders skipped (Kubernetes' ..data among them). Relative locations are taken from `base`.
// Faults are diagnostics, never a throw: bytes that are not of the script's encoding, scripts of 512 MiB and
// more, two scripts of one version (Flyway's text), a repeatable's placeholder without a value. Shell and
// Python scripts, which Flyway would run, are named in a warning.
ScriptSet read_script_set(const std::vector<std::string>& locations, const std::filesystem::path& base,
                          const SetRules& rules);

}  // namespace windlass::migrations
