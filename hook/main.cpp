// windlass-hook: executes one phase against one database and ends with a code of core/contract.
#include <malloc.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>

#include "core/base/clock.hpp"
#include "core/base/stop_signal.hpp"
#include "hook/cli.hpp"
#include "hook/proxy/end_proxy.hpp"
#include "hook/run.hpp"
#include "hook/settings/explain.hpp"

namespace {

using namespace windlass;

hook::CommandLine parse(int argc, char** argv, std::optional<Error>& fault) {
  try {
    return hook::parse_command_line(argc, argv, hook::runnable_phases());
  } catch (const Error& error) {
    fault = error;
    return {};
  }
}

// A proxy that is no native sidecar would outlive the hook, and the Job would never end.
ExitCode run_beside_proxy(const hook::LoadedSettings& loaded, const Clock& clock, const StopSignal& stop) {
  constexpr Milliseconds kLimit{60'000};  // its image may still be on the way
  const auto& url = loaded.settings.proxy_quit_url;
  try {
    const auto code = hook::run(loaded, clock, stop);
    hook::end_proxy(url, kLimit, clock, stop);
    return code;
  } catch (...) {
    hook::end_proxy(url, kLimit, clock, stop);
    throw;
  }
}

ExitCode windlass_hook(int argc, char** argv) {
  std::optional<Error> usage_fault;
  const auto command = parse(argc, argv, usage_fault);
  if (!command.print.empty()) {
    std::fputs(command.print.c_str(), stdout);
    return ExitCode::kDone;
  }
  auto loaded = hook::load_settings(command.phase, command.flags, hook::process_environment());
  if (usage_fault) loaded.fault = usage_fault;
  if (command.explain_settings) std::fputs(hook::explain_settings(loaded.settings).c_str(), stdout);
  if (command.explain_settings && !loaded.fault) return ExitCode::kDone;
  const SystemClock clock;
  const StopSignal stop;
  return run_beside_proxy(loaded, clock, stop);
}

// The thread that reads scripts works while the other one waits: a heap of its own would only cost memory.
void share_one_heap() { mallopt(M_ARENA_MAX, 1); }

}  // namespace

int main(int argc, char** argv) {
  share_one_heap();
  std::signal(SIGPIPE, SIG_IGN);  // a reader of the report that went away must not hide how the run ended
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like a full disk, not the end
  try {
    return static_cast<int>(windlass_hook(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "windlass-hook: %s\n", error.what());
    return static_cast<int>(ExitCode::kInternal);
  }
}
