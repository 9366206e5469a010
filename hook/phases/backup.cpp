#include "hook/phases/backup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <memory>
#include <optional>

#include "core/base/digest.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "hook/database/dump_source.hpp"
#include "hook/dump/dump.hpp"
#include "hook/dump/tools.hpp"
#include "hook/phases/checks.hpp"
#include "hook/phases/database_run.hpp"
#include "hook/phases/project_state.hpp"
#include "hook/store/directory_store.hpp"

namespace windlass::hook {
namespace {

// Older ones would lose what was written since; younger ones save a retry the time of a second dump.
constexpr std::chrono::hours kReusableFor{1};
constexpr std::string_view kDumpFile = "database.dump";

// The state of the database as far as migrations go.
std::string digest_of(const std::vector<migrations::HistoryRow>& rows) {
  Sha256 digest;
  for (const auto& row : rows) {
    digest.add(fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n", row.installed_rank, row.version.value_or("-"),
                           row.type, row.script, row.checksum.value_or(0), row.success));
  }
  return digest.hex();
}

// The start of a folder's name: what a file system and a shell take without ado.
std::string safe_name(std::string_view text) {
  constexpr std::size_t kLongest = 63;
  std::string name;
  for (const char c : text.substr(0, kLongest)) {
    const bool safe =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c == '.' && !name.empty());
    name += safe ? c : '_';
  }
  return name;
}

class Backup {
 public:
  explicit Backup(DatabaseRun& run)
      : run_(run),
        settings_(run.context.settings),
        report_(run.context.report),
        limits_{run.context.clock, run.context.stop, run.context.deadline},
        store_(std::make_unique<DirectoryStore>(settings_.backup_dir)) {}

  void go() {
    const auto state = read_project_state(run_);
    check_environment(run_, state->database);
    report_.set_digest = state->scripts.digest;
    report_.version_from = current_version(state->plan);
    report_.version_to = report_.version_from;
    report_.pending = state->plan.to_run.size();
    if (report_.pending == 0) {
      report_.checks.push_back({"backup", CheckOutcome::kSkipped, "nothing is pending"});
      report_.message = "nothing is pending, no backup is needed";
      return;
    }
    describe(*state);
    if (reuse()) return;
    if (run_.session().is_shared()) {
      throw Error(ExitCode::kConfiguration,
                  "a pooler in transaction mode stands before the server, and pg_dump needs a session",
                  "Set direct-database-url to a URL that reaches the server past it; nothing was dumped.");
    }
    const auto tools = choose_dump_tools(find_dump_tools(dump_tool_folders()), run_.session().server_major());
    if (settings_.dry_run) {
      report_.message = fmt::format("would dump {} with {} to {}", manifest_.database, tools.version,
                                    settings_.backup_dir.string());
      return;
    }
    tidy("removing what killed runs left", [&] {
      for (const auto& name : store_->remove_leftovers())
        log::warning("removed what a killed run left: " + name);
    });
    publish(tools);
    tidy("removing old backups", [&] {
      const auto keep = static_cast<std::size_t>(settings_.backup_retention);
      for (const auto& name : retain(*store_, manifest_.identity, keep)) {
        log::info("removed the old backup " + name, {{"retention", settings_.backup_retention}});
      }
    });
  }

 private:
  // What only tidies up is no reason to do without a backup.
  static void tidy(std::string_view doing, const std::function<void()>& work) {
    try {
      work();
    } catch (const Error& error) {
      log::warning(fmt::format("{}: {}", doing, error.what()));
    }
  }

  void describe(const ProjectState& state) {
    const DumpSource source = read_dump_source(run_.session());
    manifest_.run_id = report_.run_id;
    manifest_.environment = settings_.environment;
    manifest_.database = source.database;
    manifest_.identity = source.identity;
    manifest_.server = source.server;
    manifest_.server_version = source.server_version;
    manifest_.version_from = report_.version_from.value_or("");
    if (state.plan.target) manifest_.target = state.plan.target->text();
    manifest_.history_digest = digest_of(state.database.rows);
  }

  bool reuse() {
    // UTC texts of one form: they are in order as the times are.
    const auto oldest = format_utc(limits_.clock.wall() - kReusableFor);
    for (const auto& backup : store_->list(manifest_.identity)) {
      const Manifest& made = backup.manifest;
      if (made.started < oldest || made.history_digest != manifest_.history_digest ||
          made.target != manifest_.target) {
        continue;
      }
      const auto fault = store_->verify(backup);
      if (!fault.empty()) {
        log::warning(fmt::format("backup {} is damaged and not used again: {}", backup.name, fault));
        continue;
      }
      fill_report(backup, true);
      report_.message = fmt::format("{} of {} is whole and of the same state; no new one was made",
                                    backup.name, made.finished);
      return true;
    }
    return false;
  }

  void publish(const DumpTools& tools) {
    auto staged = store_->begin(name());
    const auto file = staged->file(std::string(kDumpFile));
    const DumpJob job{tools,
                      libpq_environment(run_.database.target()),
                      file,
                      settings_.lock_timeout,
                      settings_.retries,
                      [&] { return lock_holders(); },
                      [&] { return staged->bytes(); }};
    manifest_.dump_version = tools.version;
    manifest_.command = dump_command(job);
    manifest_.started = format_utc(limits_.clock.wall());
    manifest_.lsn_before = wal_position(run_.session());
    log::info(fmt::format("dumping {} with {}", manifest_.database, tools.version),
              {{"lockTimeout", format_duration(job.lock_timeout)}, {"attempts", job.retries + 1}});
    dump_database(job, limits_);
    manifest_.lsn_after = position_after();
    log::info("reading the dump back");
    const auto entries = read_back(tools, file, limits_);
    manifest_.files = {
        {std::string(kDumpFile), std::filesystem::file_size(file), sha256_within(file, limits_)}};
    manifest_.finished = format_utc(limits_.clock.wall());
    const auto published = staged->publish(manifest_);
    fill_report(published, false);
    report_.message = fmt::format("published {}: {} in {}, read back", published.name,
                                  format_bytes(report_.backup->bytes), counted(entries, "archive item"));
  }

  // For a message; what cannot be known is left out of it.
  std::string lock_holders() {
    try {
      return exclusive_lock_holders(run_.session());
    } catch (const Error&) {
      return "";
    }
  }

  // A session that was lost while pg_dump had its own is no reason to throw the dump away.
  std::string position_after() {
    try {
      return wal_position(run_.session());
    } catch (const Error& error) {
      log::warning(fmt::format("the manifest goes without the log's position: {}", error.what()));
      return "";
    }
  }

  // Unique, and readable in a listing: "shop-20260131T120000Z-5f1c0f0e".
  std::string name() const {
    std::string time;
    for (const char c : format_utc(limits_.clock.wall())) {
      if (c != '-' && c != ':') time += c;
    }
    return fmt::format("{}-{}-{}", safe_name(manifest_.database), time, report_.run_id.substr(0, 8));
  }

  void fill_report(const PublishedBackup& backup, bool reused) {
    BackupFacts facts{backup.location, 0, {}, reused};
    for (const auto& file : backup.manifest.files) {
      facts.bytes += file.bytes;
      facts.sha256 = file.sha256;
    }
    report_.backup = facts;
  }

  DatabaseRun& run_;
  const Settings& settings_;
  Report& report_;
  WorkLimits limits_;
  std::unique_ptr<BackupStore> store_;
  Manifest manifest_;
};

}  // namespace

void run_backup(PhaseContext& context) {
  if (context.settings.backup_dir.empty()) {
    throw Error(ExitCode::kConfiguration, "backup-dir is not set",
                "Name the directory that backups are published in.");
  }
  with_database(context, Recording::kCreateTables, [](DatabaseRun& run) { Backup(run).go(); });
}

}  // namespace windlass::hook
