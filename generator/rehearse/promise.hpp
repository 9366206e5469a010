// The rollback promise: every version that has an undo script can be undone and applied again, and leaves no
// trace.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "generator/rehearse/pod_runner.hpp"
#include "generator/rehearse/rehearsal_server.hpp"

namespace windlass::generator {

enum class PromiseOutcome { kKept, kBroken, kNoUndoScript, kNotChecked };
std::string_view promise_outcome_name(
    PromiseOutcome outcome);  // "kept", "broken", "noUndoScript", "notChecked"

// Stands for a version where all of them were undone and applied again in one go.
inline constexpr std::string_view kAllVersions = "all";

struct VersionPromise {
  std::string database;  // its key in the project
  std::string version;   // or kAllVersions
  std::string description;
  PromiseOutcome outcome = PromiseOutcome::kNotChecked;
  std::string message;  // what is broken, or why it was not checked
  std::string diff;     // what the undo script left, or what the second application lacks
  std::string log;      // of the hook, when it failed
  Milliseconds duration{};
};

// The container of a Job or CronJob that runs `phase` for the database of this key; nothing when there is
// none.
std::optional<HookContainer> find_hook_container(const std::vector<nlohmann::json>& documents,
                                                 std::string_view phase, const std::string& database_key);

struct PromiseVersion {
  std::string version;
  std::string description;
  bool has_undo = false;
};

struct PromiseTask {
  std::string database;              // key in the project
  std::vector<std::string> schemas;  // that Windlass makes
  std::string history_table;
  std::vector<PromiseVersion> versions;  // ascending
  std::function<bool(const std::string& path)>
      is_versioned;  // whether a mounted file may run: see check_promise
  HookContainer migrate;
  HookContainer rollback;
};

// Goes up version by version on a fresh database, with the container and the settings of the rendered migrate
// Job. What each has made is copied to a database of its own, where the rollback container undoes it; the
// schema must then be the one from before it, and after another migrate the one from after it. Repeatable and
// baseline scripts stay out (`is_versioned`): today's would not fit yesterday's tables. On our own server a
// last entry, "all", goes from a copy of what the sync has left, repeatable scripts and all, back as far as
// there are undo scripts and forward again. Ends early at a version that cannot be applied. Throws
// Error(kTerminated) on a stop request.
std::vector<VersionPromise> check_promise(const PromiseTask& task, RehearsalServer& server, PodRunner& pods,
                                          const Clock& clock,
                                          const std::function<void(const VersionPromise&)>& on_version);

}  // namespace windlass::generator
