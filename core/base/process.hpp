// A child process started without a shell, watched until it ends or its time is up.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/duration.hpp"
#include "core/base/stop_signal.hpp"

namespace windlass {

struct Command {
  std::vector<std::string> arguments = {};                            // [0] is the program, found by PATH
  std::vector<std::pair<std::string, std::string>> environment = {};  // added to or replacing the parent's
  bool inherit_environment = true;           // false: the child sees only `environment`
  std::filesystem::path directory = {};      // working folder; empty: the parent's
  std::optional<uid_t> user = std::nullopt;  // become this user and group first
  std::optional<gid_t> group = std::nullopt;
  std::string input = {};  // its stdin
  // Sent to the child when the thread that started it ends, however it ends (SIGKILL too); 0: none.
  int signal_at_parent_death = 0;
};

enum class Stream { kOut, kError };
enum class Ended { kExited, kSignalled, kTimedOut, kStopped };

struct ProcessResult {
  Ended ended = Ended::kExited;
  int exit_code = 0;  // 128 + signal when it was ended by one, as a container runtime reports it
  std::string out;
  std::string error;

  bool succeeded() const { return ended == Ended::kExited && exit_code == 0; }
};

struct WatchOptions {
  Milliseconds limit;  // then SIGTERM, and SIGKILL after `grace`
  Milliseconds grace{10'000};
  const StopSignal* stop = nullptr;  // a stop request is treated as the limit is
  // Gets each piece of output as it comes. What it takes is not kept in the result.
  std::function<void(Stream, std::string_view)> on_output = {};
  // Called several times a second while the child runs, to show progress. Must not throw.
  std::function<void()> on_tick = {};
};

// Runs the command in its own process group until it ends; the group is gone when this returns.
// Throws Error(kConfiguration) when the program cannot be started.
ProcessResult run_process(const Command& command, const WatchOptions& options);

// A child that goes on in the background.
class Child {
 public:
  explicit Child(const Command& command, const std::filesystem::path& output_file);
  ~Child();  // SIGKILL to its group when it still runs
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t id() const { return id_; }
  // Nothing while it runs.
  std::optional<int> exit_code();
  void send(int signal) const;
  // Sends `signal`, waits up to `grace` for the end, then kills.
  void stop(int signal, Milliseconds grace);
  // Leaves the process running when the object dies.
  void release() { released_ = true; }

 private:
  pid_t id_ = -1;
  bool released_ = false;
  std::optional<int> exit_code_;
};

// The path of `program` by PATH; nothing when it is not installed.
std::optional<std::filesystem::path> find_program(std::string_view program);

}  // namespace windlass
