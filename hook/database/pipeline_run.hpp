// Sends the statements of several scripts together, in libpq's pipeline mode, and tells what became of each
// script.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hook/database/script_run.hpp"

namespace windlass::hook {

// One statement of the extended protocol, which takes no more than one.
struct PipelineStatement {
  enum class Kind {
    kScript,
    kOurs,        // around the script
    kHistoryRow,  // ours, too; its answer is the milliseconds that the script took
  };
  Kind kind = Kind::kOurs;
  std::string text;  // without semicolon
};
// A transaction of its own: the last statement commits it.
using PipelineScript = std::vector<PipelineStatement>;

// What is said while the answers come in. A script's notices fall between its beginning and its commit.
struct PipelineEvents {
  std::function<void(std::size_t script)> begins;
  std::function<void(std::size_t script, Milliseconds took)> committed;
};

struct PipelineResult {
  RunEnd end = RunEnd::kDone;
  std::size_t committed = 0;  // scripts, from the first on; with kLost there may be more
  ServerMessage failure;      // of the script behind those, with kFailed
  PipelineStatement::Kind failed_kind = PipelineStatement::Kind::kScript;
};

// Sends everything at once and reads the answers in order. The first error ends its script and skips all
// later ones: none of them has begun then. A stop request or the deadline of `watch` cancels the script that
// runs. Ends with the session outside any transaction and any pipeline, unless it is lost.
PipelineResult run_pipeline(Session& session, const std::vector<PipelineScript>& scripts,
                            const RunWatch& watch, const PipelineEvents& events);

}  // namespace windlass::hook
