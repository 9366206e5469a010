#include "core/base/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"

extern char** environ;

namespace windlass {
namespace {

using Time = std::chrono::steady_clock;
constexpr int kCannotStart = 127;

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    reset();
    number_ = std::exchange(other.number_, -1);
    return *this;
  }
  int get() const { return number_; }
  void reset() {
    if (number_ >= 0) close(number_);
    number_ = -1;
  }

 private:
  int number_ = -1;
};

struct Pipe {
  Descriptor read_end;
  Descriptor write_end;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw Error(ExitCode::kInternal, "cannot make a pipe");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// What the child's stdin, stdout and stderr are.
struct Ends {
  int in, out, error;
};

// Everything the child needs, made before fork: after it only system calls are safe.
struct Prepared {
  std::string program;
  std::vector<char*> arguments;
  std::vector<std::string> environment_texts;
  std::vector<char*> environment;
  std::string directory;
};

std::vector<std::string> merged_environment(const Command& command) {
  std::vector<std::string> texts;
  const auto replaced = [&](std::string_view entry) {
    const auto name = entry.substr(0, entry.find('='));
    return std::any_of(command.environment.begin(), command.environment.end(),
                       [&](const auto& pair) { return pair.first == name; });
  };
  for (char** entry = environ; command.inherit_environment && *entry != nullptr; ++entry) {
    if (!replaced(*entry)) texts.emplace_back(*entry);
  }
  for (const auto& [name, value] : command.environment) texts.push_back(name + "=" + value);
  return texts;
}

Prepared prepare(const Command& command) {
  Prepared prepared;
  const auto program = find_program(command.arguments.at(0));
  if (!program) {
    throw Error(ExitCode::kConfiguration, fmt::format("{} is not installed", command.arguments[0]),
                "Install it, or put its folder on PATH.");
  }
  prepared.program = std::filesystem::absolute(*program).string();  // the child may change its folder first
  for (const auto& argument : command.arguments)
    prepared.arguments.push_back(const_cast<char*>(argument.c_str()));
  prepared.arguments.push_back(nullptr);
  prepared.environment_texts = merged_environment(command);
  for (auto& text : prepared.environment_texts) prepared.environment.push_back(text.data());
  prepared.environment.push_back(nullptr);
  prepared.directory = command.directory.string();
  return prepared;
}

// After setuid, which would clear it. A parent that died before this call sends nothing any more.
void tie_to_parent(const Command& command, pid_t parent) {
  if (command.signal_at_parent_death == 0) return;
  prctl(PR_SET_PDEATHSIG, command.signal_at_parent_death);
  if (getppid() != parent) _exit(kCannotStart);
}

bool enter_user_and_folder(const Prepared& prepared, const Command& command) {
  if (command.group && (setgroups(0, nullptr) != 0 || setgid(*command.group) != 0)) return false;
  if (command.user && setuid(*command.user) != 0) return false;
  return prepared.directory.empty() || chdir(prepared.directory.c_str()) == 0;
}

// Why the program did not start goes to `report`, which a started program never sees.

[[noreturn]] void become_child(const Prepared& prepared, const Command& command, pid_t parent,
                               const Ends& ends, int report) {
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGPIPE}) std::signal(number, SIG_DFL);
  dup2(ends.in, STDIN_FILENO);
  dup2(ends.out, STDOUT_FILENO);
  dup2(ends.error, STDERR_FILENO);
  if (enter_user_and_folder(prepared, command)) {
    tie_to_parent(command, parent);
    execve(prepared.program.c_str(), prepared.arguments.data(), prepared.environment.data());
  }
  const int number = errno;
  [[maybe_unused]] const auto written = write(report, &number, sizeof number);
  _exit(kCannotStart);
}

// Returns once the program runs: until then the child holds the other end of `report`.
void throw_if_not_started(pid_t child, const Command& command, Pipe report) {
  report.write_end.reset();
  int number = 0;
  ssize_t count = 0;
  do {
    count = read(report.read_end.get(), &number, sizeof number);
  } while (count < 0 && errno == EINTR);
  if (count != sizeof number) return;
  waitpid(child, nullptr, 0);
  throw Error(ExitCode::kConfiguration,
              fmt::format("cannot start {}: {}", command.arguments[0], std::strerror(number)),
              "Check the program, the working folder and the user that it is started as.");
}

pid_t start(const Command& command, const Ends& ends) {
  const Prepared prepared = prepare(command);
  Pipe report = make_pipe();
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) {
    throw Error(ExitCode::kInternal, fmt::format("cannot start a process: {}", std::strerror(errno)));
  }
  if (child == 0) become_child(prepared, command, parent, ends, report.write_end.get());
  setpgid(child, child);  // both sides do it, so that the group exists whoever comes first
  throw_if_not_started(child, command, std::move(report));
  return child;
}

int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

// Feeds stdin and collects stdout and stderr until the child has closed them or the watch ends it.
class Watch {
 public:
  Watch(const Command& command, const WatchOptions& options) : options_(options), input_(command.input) {
    Pipe in = make_pipe();
    Pipe out = make_pipe();
    Pipe error = make_pipe();
    child_ = start(command, {in.read_end.get(), out.write_end.get(), error.write_end.get()});
    input_end_ = std::move(in.write_end);
    out_end_ = std::move(out.read_end);
    error_end_ = std::move(error.read_end);
    fcntl(input_end_.get(), F_SETFL, O_NONBLOCK);
    if (input_.empty()) input_end_.reset();
  }

  ProcessResult run() {
    const auto limit = Time::now() + options_.limit;
    while (!reaped()) {
      step();
      if (options_.on_tick) options_.on_tick();
      const bool stopped = options_.stop != nullptr && options_.stop->requested();
      if (!kill_at_ && (stopped || Time::now() >= limit)) {
        result_.ended = stopped ? Ended::kStopped : Ended::kTimedOut;
        kill(-child_, SIGTERM);
        kill_at_ = Time::now() + options_.grace;
      }
      if (kill_at_ && Time::now() >= *kill_at_) kill(-child_, SIGKILL);
    }
    kill(-child_, SIGKILL);  // whatever it left behind in its group
    while (drain(out_end_, Stream::kOut) || drain(error_end_, Stream::kError)) {
    }
    return std::move(result_);
  }

 private:
  bool reaped() {
    int status = 0;
    if (waitpid(child_, &status, WNOHANG) != child_) return false;
    result_.exit_code = code_of(status);
    if (result_.ended == Ended::kExited && WIFSIGNALED(status)) result_.ended = Ended::kSignalled;
    return true;
  }

  void step() {
    constexpr int kTick = 20;
    std::array<pollfd, 3> waited{pollfd{out_end_.get(), POLLIN, 0}, pollfd{error_end_.get(), POLLIN, 0},
                                 pollfd{input_end_.get(), POLLOUT, 0}};
    poll(waited.data(), waited.size(), kTick);
    if (waited[0].revents != 0) drain(out_end_, Stream::kOut);
    if (waited[1].revents != 0) drain(error_end_, Stream::kError);
    if (waited[2].revents != 0) feed();
  }

  bool drain(Descriptor& end, Stream stream) {
    if (end.get() < 0) return false;
    pollfd ready{end.get(), POLLIN, 0};
    if (poll(&ready, 1, 0) <= 0) return false;
    std::array<char, 1 << 16> piece{};
    const ssize_t count = read(end.get(), piece.data(), piece.size());
    if (count <= 0) {
      end.reset();
      return false;
    }
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(count));
    if (options_.on_output) {
      options_.on_output(stream, bytes);
    } else {
      (stream == Stream::kOut ? result_.out : result_.error) += bytes;
    }
    return true;
  }

  void feed() {
    const ssize_t count = write(input_end_.get(), input_.data(), input_.size());
    if (count > 0) input_.remove_prefix(static_cast<std::size_t>(count));
    if (input_.empty() || (count < 0 && errno != EAGAIN && errno != EINTR)) input_end_.reset();
  }

  const WatchOptions& options_;
  std::string_view input_;
  pid_t child_ = -1;
  Descriptor input_end_, out_end_, error_end_;
  std::optional<Time::time_point> kill_at_;
  ProcessResult result_;
};

// A child that dies early must not take us with it through SIGPIPE.
class IgnoredPipeSignal {
 public:
  IgnoredPipeSignal() : former_(std::signal(SIGPIPE, SIG_IGN)) {}
  ~IgnoredPipeSignal() { std::signal(SIGPIPE, former_); }
  IgnoredPipeSignal(const IgnoredPipeSignal&) = delete;
  IgnoredPipeSignal& operator=(const IgnoredPipeSignal&) = delete;

 private:
  void (*former_)(int);
};

}  // namespace

ProcessResult run_process(const Command& command, const WatchOptions& options) {
  const IgnoredPipeSignal ignored;
  return Watch(command, options).run();
}

Child::Child(const Command& command, const std::filesystem::path& output_file) {
  const Descriptor in(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const Descriptor out(open(output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (out.get() < 0) throw Error(ExitCode::kConfiguration, "cannot write " + output_file.string());
  id_ = start(command, {in.get(), out.get(), out.get()});
}

Child::~Child() {
  if (!released_ && !exit_code()) stop(SIGKILL, Milliseconds(5000));
}

std::optional<int> Child::exit_code() {
  int status = 0;
  if (!exit_code_ && waitpid(id_, &status, WNOHANG) == id_) exit_code_ = code_of(status);
  return exit_code_;
}

void Child::send(int signal) const {
  if (!exit_code_) kill(-id_, signal);
}

void Child::stop(int signal, Milliseconds grace) {
  send(signal);
  const auto end = Time::now() + grace;
  while (!exit_code() && Time::now() < end) std::this_thread::sleep_for(Milliseconds(10));
  if (exit_code()) return;
  kill(-id_, SIGKILL);
  int status = 0;
  if (waitpid(id_, &status, 0) == id_) exit_code_ = code_of(status);
}

std::optional<std::filesystem::path> find_program(std::string_view program) {
  const auto runnable = [](const std::filesystem::path& path) {
    std::error_code ignored;  // a file that cannot be looked at cannot be run
    return std::filesystem::is_regular_file(path, ignored) && access(path.c_str(), X_OK) == 0;
  };
  if (program.find('/') != std::string_view::npos) {
    const std::filesystem::path path(program);
    return runnable(path) ? std::optional(path) : std::nullopt;
  }
  for (const auto& folder : split(environment_variable("PATH").value_or("/usr/bin:/bin"), ':')) {
    const auto path = std::filesystem::path(folder) / program;
    if (runnable(path)) return path;
  }
  return std::nullopt;
}

}  // namespace windlass
