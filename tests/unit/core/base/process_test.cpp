#include "core/base/process.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <thread>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"

using namespace std::chrono_literals;

namespace windlass {
namespace {

using Time = std::chrono::steady_clock;

Command shell(const std::string& text) { return {.arguments = {"/bin/sh", "-c", text}}; }

ProcessResult run(const Command& command, Milliseconds limit = 20s) {
  return run_process(command, {.limit = limit});
}

bool lives(pid_t process) { return kill(process, 0) == 0; }

// A killed grandchild stays a zombie until init, or whoever stands in for it, has waited for it.
bool ends_soon(pid_t process) {
  for (int i = 0; i < 500 && lives(process); ++i) {
    const std::string file = "/proc/" + std::to_string(process) + "/stat";
    if (!std::filesystem::exists(file) || read_file(file, 4096).find(") Z ") != std::string::npos)
      return true;
    std::this_thread::sleep_for(10ms);
  }
  return !lives(process);
}

}  // namespace

TEST_CASE("a process has its exit code and both outputs, kept apart") {
  const auto result = run(shell("echo out; echo error >&2; exit 3"));
  CHECK(result.ended == Ended::kExited);
  CHECK(result.exit_code == 3);
  CHECK_FALSE(result.succeeded());
  CHECK(result.out == "out\n");
  CHECK(result.error == "error\n");
  CHECK(run(shell("true")).succeeded());
}

TEST_CASE("input and output larger than a pipe pass through without a deadlock") {
  Command command{.arguments = {"cat"}};
  command.input = std::string(3'000'000, 'x') + "end";
  const auto result = run(command);
  CHECK(result.succeeded());
  CHECK(result.out == command.input);
}

TEST_CASE("a child that does not read its input does not take its parent along") {
  Command command = shell("exec <&-; exit 0");
  command.input = std::string(3'000'000, 'x');
  CHECK(run(command).succeeded());
}

TEST_CASE("arguments are handed over as they are, no shell looks at them") {
  const auto result = run({.arguments = {"printf", "%s|", "a b", "$HOME", "*", "", "'\""}});
  CHECK(result.out == "a b|$HOME|*||'\"|");
}

TEST_CASE("the environment is the parent's with what was added or replaced, or only that") {
  setenv("WINDLASS_PROCESS_TEST", "parent", 1);
  Command command = shell("echo ${WINDLASS_PROCESS_TEST-none} ${OTHER-none}");
  CHECK(run(command).out == "parent none\n");
  command.environment = {{"WINDLASS_PROCESS_TEST", "child"}, {"OTHER", "a=b"}};
  CHECK(run(command).out == "child a=b\n");
  command.environment = {{"OTHER", "x"}};
  command.inherit_environment = false;
  CHECK(run(command).out == "none x\n");
  unsetenv("WINDLASS_PROCESS_TEST");
}

TEST_CASE("a process runs in its folder, and its program is still found from ours") {
  const TemporaryDirectory folder("process");
  write_file_atomically(folder.path() / "tool", "#!/bin/sh\npwd\n");
  std::filesystem::permissions(folder.path() / "tool", std::filesystem::perms::owner_all);
  const auto former = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const auto result = run({.arguments = {"./tool"}, .directory = "/"});
  std::filesystem::current_path(former);
  CHECK(result.out == "/\n");
}

TEST_CASE("a program that is not installed is named") {
  try {
    run({.arguments = {"windlass-no-such-program"}});
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kConfiguration);
    CHECK(std::string(error.what()) == "windlass-no-such-program is not installed");
    CHECK(error.hint() == "Install it, or put its folder on PATH.");
  }
}

TEST_CASE("a program that cannot be started says why instead of ending with 127") {
  const TemporaryDirectory folder("process");
  const std::string tool = (folder.path() / "tool").string();
  write_file_atomically(tool, "#!/no/such/interpreter\n");
  std::filesystem::permissions(tool, std::filesystem::perms::owner_all);
  CHECK_THROWS_WITH(run({.arguments = {tool}}), "cannot start " + tool + ": No such file or directory");
  CHECK_THROWS_WITH(run({.arguments = {"true"}, .directory = "/no/such/folder"}),
                    "cannot start true: No such file or directory");
  CHECK_THROWS_WITH(run({.arguments = {"/usr"}}), "/usr is not installed");
}

TEST_CASE("a process that is ended by a signal reports 128 and the signal, as a container runtime does") {
  const auto result = run(shell("kill -KILL $$"));
  CHECK(result.ended == Ended::kSignalled);
  CHECK(result.exit_code == 137);
}

TEST_CASE("a process past its limit is asked to end, and what it still says is kept") {
  const auto result =
      run_process(shell("trap 'echo bye; exit 0' TERM; echo begun; while :; do sleep 0.05; done"),
                  {.limit = 300ms, .grace = 20s});
  CHECK(result.ended == Ended::kTimedOut);
  CHECK_FALSE(result.succeeded());
  CHECK(result.out == "begun\nbye\n");
}

TEST_CASE("a process that will not end is killed after the grace time, its children with it") {
  const auto begin = Time::now();
  const auto result = run_process(shell("trap '' TERM; sleep 60 & echo $!; while :; do sleep 0.05; done"),
                                  {.limit = 300ms, .grace = 200ms});
  CHECK(result.ended == Ended::kTimedOut);
  CHECK(result.exit_code == 137);
  CHECK(Time::now() - begin < 15s);
  CHECK(ends_soon(static_cast<pid_t>(std::stol(result.out))));
}

TEST_CASE("a child left behind with the output open does not keep the caller waiting") {
  const auto begin = Time::now();
  const auto result = run(shell("sleep 60 & echo $!"));
  CHECK(result.succeeded());
  CHECK(Time::now() - begin < 15s);
  CHECK(ends_soon(static_cast<pid_t>(std::stol(result.out))));
}

TEST_CASE("a stop request ends a process as its limit would") {
  const StopSignal stop;
  std::thread later([&] {
    std::this_thread::sleep_for(200ms);
    stop.request();
  });
  const auto result = run_process({.arguments = {"sleep", "60"}}, {.limit = 30s, .stop = &stop});
  later.join();
  CHECK(result.ended == Ended::kStopped);
  CHECK(result.exit_code == 143);
}

TEST_CASE("output is handed on as it comes, by stream, and then not kept") {
  std::string out, error;
  const auto result = run_process(shell("echo a; echo b >&2; echo c"),
                                  {.limit = 20s, .on_output = [&](Stream stream, std::string_view bytes) {
                                     (stream == Stream::kOut ? out : error) += bytes;
                                   }});
  CHECK(out == "a\nc\n");
  CHECK(error == "b\n");
  CHECK(result.out.empty());
  CHECK(result.error.empty());
}

TEST_CASE("signals that the parent ignores or blocks reach the child") {
  std::signal(SIGHUP, SIG_IGN);
  sigset_t blocked, former;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigprocmask(SIG_BLOCK, &blocked, &former);
  const int hangup = run(shell("kill -HUP $$; exit 0")).exit_code;
  const int terminate = run(shell("kill -TERM $$; exit 0")).exit_code;
  sigprocmask(SIG_SETMASK, &former, nullptr);
  std::signal(SIGHUP, SIG_DFL);
  CHECK(hangup == 128 + SIGHUP);
  CHECK(terminate == 128 + SIGTERM);
}

TEST_CASE("a process can run as another user, which only root may ask for") {
  constexpr uid_t kNobody = 65534;
  const Command command{.arguments = {"id", "-u"}, .user = kNobody, .group = kNobody};
  if (geteuid() == 0) {
    CHECK(run(command).out == "65534\n");
  } else {
    CHECK_THROWS_WITH(run(command), "cannot start id: Operation not permitted");
  }
}

TEST_CASE("a background child runs on, writes to its file and is stopped") {
  const TemporaryDirectory folder("process");
  const auto log = folder.path() / "log";
  Child child(shell("echo up; exec sleep 60"), log);
  CHECK(child.id() > 0);
  CHECK_FALSE(child.exit_code().has_value());
  for (int i = 0; i < 500 && read_file(log, 100).empty(); ++i) std::this_thread::sleep_for(10ms);
  CHECK(read_file(log, 100) == "up\n");
  child.stop(SIGTERM, 10s);
  CHECK(child.exit_code() == 143);
  child.send(SIGTERM);  // to nobody: it has been waited for
}

TEST_CASE("a background child that ignores its signal is killed after the grace time") {
  const TemporaryDirectory folder("process");
  Child child(shell("trap '' TERM; echo up; while :; do sleep 0.05; done"), folder.path() / "log");
  for (int i = 0; i < 500 && read_file(folder.path() / "log", 100).empty(); ++i)
    std::this_thread::sleep_for(10ms);
  child.stop(SIGTERM, 100ms);
  CHECK(child.exit_code() == 137);
}

TEST_CASE("a background child dies with its object") {
  const TemporaryDirectory folder("process");
  pid_t id = 0;
  {
    const Child child({.arguments = {"sleep", "60"}}, folder.path() / "log");
    id = child.id();
  }
  CHECK_FALSE(lives(id));
}

TEST_CASE("a background child whose output file cannot be written is not started") {
  CHECK_THROWS_WITH(Child({.arguments = {"sleep", "60"}}, "/nowhere/log"), "cannot write /nowhere/log");
}

TEST_CASE("programs are found by PATH, folders and plain files are none") {
  const TemporaryDirectory folder("process");
  const std::string former = environment_variable("PATH").value();
  std::filesystem::create_directories(folder.path() / "a" / "tool");
  write_file_atomically(folder.path() / "b" / "tool", "not executable");
  write_file_atomically(folder.path() / "c" / "tool", "#!/bin/sh\n");
  std::filesystem::permissions(folder.path() / "c" / "tool", std::filesystem::perms::owner_all);
  const std::string base = folder.path().string();
  setenv("PATH", (base + "/a:" + base + "/b:" + base + "/c").c_str(), 1);
  const auto found = find_program("tool");
  setenv("PATH", former.c_str(), 1);
  CHECK(found == folder.path() / "c" / "tool");
  CHECK(find_program(base + "/c/tool") == folder.path() / "c" / "tool");
  CHECK_FALSE(find_program(base + "/a/tool").has_value());
  CHECK_FALSE(find_program("windlass-no-such-program").has_value());
}

}  // namespace windlass
