#include "hook/dump/dump.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <optional>

#include "core/base/digest.hpp"
#include "core/base/log.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"

namespace windlass::hook {
namespace {

namespace fs = std::filesystem;

constexpr Milliseconds kProgressEvery{5000};
constexpr Milliseconds kRetryPause{1000};

// What a message of pg_dump means. The first row that is found decides.
struct Meaning {
  std::string_view text;
  ExitCode code;
  std::string_view hint;
};

constexpr std::string_view kSpaceHint =
    "Free space on the backup volume, or lower backup-retention, then run again.";
constexpr std::string_view kRoleHint =
    "The role must be able to read every table: back up as the owner, or grant pg_read_all_data (PostgreSQL "
    "14).";
constexpr std::string_view kLoginHint = "Check the role, its password and pg_hba.conf.";
constexpr std::string_view kServerHint = "Check that the server is up, then run again.";
constexpr std::string_view kLockMark = "statement timeout";
constexpr std::array kMeanings{
    Meaning{"No space left on device", ExitCode::kTransient, kSpaceHint},
    Meaning{"Disk quota exceeded", ExitCode::kTransient, kSpaceHint},
    Meaning{"File too large", ExitCode::kTransient, kSpaceHint},
    Meaning{"row-level security", ExitCode::kNotPermitted,
            "Back up as a role that has BYPASSRLS, or as the tables' owner."},
    Meaning{"password authentication failed", ExitCode::kNotPermitted, kLoginHint},
    Meaning{"no pg_hba.conf entry", ExitCode::kNotPermitted, kLoginHint},
    Meaning{"no password supplied", ExitCode::kNotPermitted, kLoginHint},
    Meaning{"permission denied", ExitCode::kNotPermitted, kRoleHint},
    Meaning{"server version mismatch", ExitCode::kConfiguration, "Use an image with a newer pg_dump."},
    Meaning{kLockMark, ExitCode::kTransient,
            "Another session holds a lock on a table; run again when it has ended."},
    Meaning{"could not obtain lock", ExitCode::kTransient,
            "Another session holds a lock on a table; run again when it has ended."},
    Meaning{"connection to server", ExitCode::kUnreachable, kServerHint},
    Meaning{"could not translate host name", ExitCode::kUnreachable, kServerHint},
    Meaning{"server closed the connection", ExitCode::kTransient, kServerHint},
    Meaning{"terminating connection", ExitCode::kTransient, kServerHint},
    Meaning{"no connection to the server", ExitCode::kTransient, kServerHint},
    Meaning{"SSL SYSCALL error", ExitCode::kTransient, kServerHint},
};

// The first line that says "error", without the program's name.
std::string first_error(std::string_view output) {
  std::string first;
  for (const auto& line : split(output, '\n')) {
    const auto mark = line.find("error: ");
    if (mark != std::string::npos) return line.substr(mark + 7);
    if (first.empty()) first = trim(line);
  }
  return first.empty() ? "it said nothing" : first;
}

// The end of a long output; nothing of a single line, which the message holds already.
std::string tail_of(std::string_view text) {
  constexpr std::size_t kMost = 4000;
  text = trim(text);
  if (text.find('\n') == std::string_view::npos) return "";
  if (text.size() <= kMost) return std::string(text);
  text.remove_prefix(text.size() - kMost);
  text.remove_prefix(std::min(text.find('\n') + 1, text.size()));
  return "...\n" + std::string(text);
}

Error deadline_error(std::string_view what, const WorkLimits& limits) {
  return Error(
      ExitCode::kTransient,
      fmt::format("{} did not end within the deadline of {}", what, format_duration(limits.deadline.limit())),
      "Raise deadline (and the Job's activeDeadlineSeconds), or take the backup by other means.");
}

Error stop_error(std::string_view what) {
  return Error(ExitCode::kTerminated, fmt::format("stopped during {}", what), "Nothing was published.");
}

// Runs a child of ours within the limits; returns when it has ended by itself.
ProcessResult run_within(const Command& command, std::string_view what, const WorkLimits& limits,
                         const std::function<void()>& on_tick = {}) {
  if (limits.deadline.passed()) throw deadline_error(what, limits);
  const auto result = run_process(
      command, {.limit = limits.deadline.left(), .stop = &limits.stop, .on_output = {}, .on_tick = on_tick});
  if (result.ended == Ended::kStopped) throw stop_error(what);
  if (result.ended == Ended::kTimedOut) throw deadline_error(what, limits);
  return result;
}

void log_warnings(std::string_view output) {
  for (const auto& line : split(output, '\n')) {
    const auto mark = line.find("warning: ");
    if (mark != std::string::npos) log::warning("pg_dump: " + line.substr(mark + 9));
  }
}

// Whether another attempt may find the tables unlocked.
bool is_lock_failure(const Error& error) {
  const std::string_view message = error.what();
  return message.find(kLockMark) != std::string_view::npos ||
         message.find("obtain lock") != std::string_view::npos;
}

void dump_once(const DumpJob& job, const WorkLimits& limits) {
  auto last = limits.clock.now();
  const auto begin = last;
  const auto show_progress = [&] {
    if (elapsed(limits.clock, last) < kProgressEvery) return;
    last = limits.clock.now();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(elapsed(limits.clock, begin));
    log::info(fmt::format("dumping: {} written in {}", format_bytes(job.bytes()), format_duration(seconds)));
  };
  Command command{.arguments = dump_command(job), .environment = job.environment};
  command.environment.emplace_back("LC_ALL", "C");
  command.signal_at_parent_death = SIGKILL;
  const auto result = run_within(command, "pg_dump", limits, show_progress);
  if (!result.succeeded()) {
    throw result.ended == Ended::kSignalled
        ? Error(ExitCode::kTransient, fmt::format("pg_dump was ended by signal {}", result.exit_code - 128),
                "Memory may have run out; look at the pod's events.")
              .with_details(tail_of(result.error))
        : dump_error("pg_dump", result.error);
  }
  log_warnings(result.error);
}

}  // namespace

std::vector<std::string> dump_command(const DumpJob& job) {
  // -Z1: 7 % more space for a third less time than the default (measured).
  return {job.tools.pg_dump.string(),
          "--format=custom",
          "--compress=1",
          "--no-password",
          fmt::format("--lock-wait-timeout={}", job.lock_timeout.count()),
          "--file=" + job.file.string()};
}

Error dump_error(std::string_view program, std::string_view output) {
  const auto message = fmt::format("{} failed: {}", program, first_error(output));
  for (const auto& meaning : kMeanings) {
    if (output.find(meaning.text) == std::string_view::npos) continue;
    return Error(meaning.code, message, std::string(meaning.hint)).with_details(tail_of(output));
  }
  return Error(ExitCode::kTransient, message, "Nothing was published; look at what it said.")
      .with_details(tail_of(output));
}

void dump_database(const DumpJob& job, const WorkLimits& limits) {
  for (int attempt = 0;; ++attempt) {
    try {
      return dump_once(job, limits);
    } catch (const Error& error) {
      if (!is_lock_failure(error) || attempt >= job.retries) throw;
      const auto holders = job.lock_holders ? job.lock_holders() : "";
      log::warning(fmt::format("a table is locked by {}; attempt {} of {} follows in {}",
                               holders.empty() ? "another session" : holders, attempt + 2, job.retries + 1,
                               format_duration(kRetryPause)));
    }
    limits.clock.sleep(std::min(kRetryPause, limits.deadline.left()), limits.stop);
    if (limits.stop.requested()) throw stop_error("pg_dump");
  }
}

std::size_t read_back(const DumpTools& tools, const fs::path& file, const WorkLimits& limits) {
  Command list{.arguments = {tools.pg_restore.string(), "--list", file.string()},
               .environment = {{"LC_ALL", "C"}}};
  const auto listed = run_within(list, "reading the dump back", limits);
  if (!listed.succeeded()) throw dump_error("pg_restore --list", listed.error);
  Command read{.arguments = {tools.pg_restore.string(), "--file=/dev/null", file.string()},
               .environment = {{"LC_ALL", "C"}}};
  const auto whole = run_within(read, "reading the dump back", limits);
  if (!whole.succeeded()) throw dump_error("pg_restore", whole.error);
  const auto lines = split(listed.out, '\n');
  return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
    return !line.empty() && line.front() != ';';
  }));
}

std::string sha256_within(const fs::path& file, const WorkLimits& limits) {
  std::ifstream stream(file, std::ios::binary);
  Sha256 digest;
  std::string piece(1U << 20U, '\0');
  while (stream) {
    if (limits.stop.requested()) throw stop_error("reading the dump back");
    if (limits.deadline.passed()) throw deadline_error("reading the dump back", limits);
    stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    digest.add(std::string_view(piece).substr(0, static_cast<std::size_t>(stream.gcount())));
  }
  if (!stream.eof())
    throw Error(ExitCode::kTransient, "cannot read " + file.string(), "Check the backup volume.");
  return digest.hex();
}

std::string format_bytes(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits{"bytes", "KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{} bytes", bytes);
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

}  // namespace windlass::hook
