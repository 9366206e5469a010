// Scripts that travel together: nothing has to be decided between them, so one round trip does for many, and
// one wait for the disk. Each still commits alone, with its history row, and the first failure stops all
// behind it. A server that crashes before the disk has them loses the last of them whole, rows and all.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "hook/database/pipeline_run.hpp"
#include "hook/execute/executor.hpp"
#include "hook/execute/notice_log.hpp"
#include "hook/execute/run_monitor.hpp"

namespace windlass::hook {

inline constexpr std::size_t kBatchScripts = 50;
inline constexpr std::size_t kBatchBytes = std::size_t{256} << 10U;

// Whether the script may travel with others: it runs in one transaction, has no callbacks, no COPY waits for
// rows, no psql command is in it, and it is small.
bool may_share_batch(const ScriptJob& job);

// Takes jobs while they fit.
class BatchLoad {
 public:
  // False, and nothing is taken, when the job has to wait for the next batch.
  bool take(const ScriptJob& job);

 private:
  std::size_t scripts_ = 0;
  std::size_t bytes_ = 0;
};

// Told of each job by its index, in order. A commit is told when a crash of the server cannot undo it any
// more, so several scripts may begin before the first is told.
struct BatchEvents {
  std::function<void(std::size_t)> begins;
  std::function<void(std::size_t, Milliseconds)> committed;
};

class Batch {
 public:
  Batch(Executor& executor, std::span<const ScriptJob> jobs, const BatchEvents& events);

  // Returns how many jobs, from the first on, are committed and on disk: known, not assumed. When it is not
  // all of them, the next one was rolled back and is to be run alone: a lock may be free by then, and its
  // error is told as that of any script that runs alone. Throws Error: kPartlyApplied when a script ended its
  // own transaction, kTransient when the connection was lost and a history row is not there, kTerminated or
  // kTransient when a stop request or the deadline cancelled a script.
  std::size_t run();

 private:
  PipelineScript statements_of(const ScriptJob& job, std::size_t index) const;
  void begin(std::size_t index);
  void note_committed(Milliseconds took);
  void tell_committed(std::size_t index, Milliseconds took);
  void reach_disk();
  std::size_t settle();

  Executor& executor_;
  std::span<const ScriptJob> jobs_;
  const BatchEvents& events_;
  std::size_t begun_ = 0;
  std::vector<Milliseconds> took_;  // of each committed one
  std::optional<NoticeLog> notices_;
  std::optional<RunMonitor> monitor_;
};

}  // namespace windlass::hook
