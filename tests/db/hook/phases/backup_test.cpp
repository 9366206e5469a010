// The backup phase as Kubernetes runs it: the program, its exit code, its streams and what it leaves behind.
#include <sys/types.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "core/base/clock.hpp"
#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/process.hpp"
#include "hook/dump/dump.hpp"
#include "hook/store/directory_store.hpp"
#include "tests/support/test_database.hpp"

using namespace windlass;
using namespace windlass::hook;
using nlohmann::json;
using windlass::testing::TestDatabase;
namespace fs = std::filesystem;

namespace {

constexpr Milliseconds kLimit{60'000};

std::string text_of(const fs::path& file) { return read_file(file, std::size_t{64} << 20U); }

// A database with one applied version, one pending, and a directory for backups.
struct Project {
  Project() {
    fs::create_directory(folder.path() / "backups");
    script("V1__orders.sql",
           "CREATE TABLE orders (id int PRIMARY KEY, note text);\n"
           "INSERT INTO orders SELECT g, md5(g::text) FROM generate_series(1, 20000) g;");
    REQUIRE(run("migrate").exit_code == 0);
    script("V2__items.sql", "CREATE TABLE items (id int);");
  }

  void script(const std::string& name, std::string_view sql) {
    write_file_atomically(folder.path() / "sql" / name, sql);
  }

  Command command(const std::string& phase, const std::vector<std::string>& flags) const {
    Command result{.arguments = {WINDLASS_HOOK, phase, "--output", "json", "--log-format", "text"}};
    result.arguments.insert(result.arguments.end(), flags.begin(), flags.end());
    result.environment = {{"WINDLASS_DATABASE_URL", database.url().reveal()},
                          {"WINDLASS_LOCATIONS", (folder.path() / "sql").string()},
                          {"WINDLASS_BACKUP_DIR", backups().string()}};
    return result;
  }

  ProcessResult run(const std::string& phase, const std::vector<std::string>& flags = {}) const {
    return run_process(command(phase, flags), {.limit = kLimit});
  }

  fs::path backups() const { return folder.path() / "backups"; }

  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const auto& entry : fs::directory_iterator(backups()))
      result.push_back(entry.path().filename().string());
    std::sort(result.begin(), result.end());
    return result;
  }

  TestDatabase database;
  TemporaryDirectory folder{"windlass-backup-"};
};

json report_of(const ProcessResult& result) {
  INFO(result.error);
  return json::parse(result.out);
}

// The published one, after it was checked against its manifest.
json backup_of(const ProcessResult& result) {
  INFO(result.error);
  REQUIRE(result.exit_code == 0);
  const auto backup = report_of(result).at("backup");
  const auto manifest =
      parse_manifest(text_of(fs::path(backup.at("path").get<std::string>()) / "manifest.json"));
  REQUIRE(manifest);
  const DirectoryStore store(fs::path(backup.at("path").get<std::string>()).parent_path());
  CHECK(store.verify({fs::path(backup.at("path").get<std::string>()).filename().string(), "", *manifest})
            .empty());
  return backup;
}

void check_failure(const ProcessResult& result, int code, const std::string& message,
                   const std::string& hint) {
  INFO(result.error);
  CHECK(result.exit_code == code);
  const auto report = report_of(result);
  CHECK(report["message"] == message);
  CHECK(report["hint"] == hint);
  CHECK(report.count("backup") == 0);
}

// A session of the superuser that holds a table locked while the object lives.
class Locked {
 public:
  Locked(const TestDatabase& database, const std::string& table) : database_(database) {
    const auto sql =
        "SET application_name = 'the-holder'; BEGIN; LOCK TABLE " + table + "; SELECT pg_sleep(60)";
    child_.emplace(
        Command{.arguments = {"psql", "--quiet", database.superuser_url().reveal(), "--command", sql}},
        folder_.path() / "out");
    for (int i = 0; i < 500 && database.value(held()) != "1"; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    REQUIRE(database.value(held()) == "1");
  }
  ~Locked() {
    child_->stop(SIGKILL, Milliseconds(0));
    database_.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'the-holder'");
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

  std::string process() const {
    return database_.value("SELECT pid FROM pg_stat_activity WHERE application_name = 'the-holder'");
  }

 private:
  static std::string held() {
    return "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE mode = "
           "'AccessExclusiveLock' AND "
           "granted AND application_name = 'the-holder'";
  }

  const TestDatabase& database_;
  TemporaryDirectory folder_{"windlass-holder-"};
  std::optional<Child> child_;
};

}  // namespace

TEST_CASE("what is pending is preceded by a backup that can be restored") {
  const Project project;
  const auto result = project.run("backup", {"--environment", "prod"});
  const auto backup = backup_of(result);
  const fs::path folder = backup.at("path").get<std::string>();
  CHECK(project.names() == std::vector<std::string>{folder.filename().string()});
  CHECK_THAT(folder.filename().string(),
             Catch::Matches(project.database.name() + "-[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}"));
  CHECK_FALSE(backup.at("reused"));
  const auto manifest = *parse_manifest(text_of(folder / "manifest.json"));
  CHECK(manifest.run_id == report_of(result)["runId"]);
  CHECK(manifest.environment == "prod");
  CHECK(manifest.database == project.database.name());
  CHECK(manifest.version_from == "1");
  CHECK(manifest.target == "2");
  CHECK_THAT(manifest.dump_version, Catch::StartsWith("pg_dump (PostgreSQL) "));
  CHECK_THAT(manifest.lsn_before, Catch::Contains("/"));
  CHECK(manifest.files.front().name == "database.dump");
  CHECK(manifest.files.front().sha256 == backup.at("sha256"));

  const TestDatabase other;
  const auto restored = run_process(Command{.arguments = {"pg_restore", "--no-owner", "--exit-on-error",
                                                          "--dbname=" + other.superuser_url().reveal(),
                                                          (folder / "database.dump").string()}},
                                    {.limit = kLimit});
  INFO(restored.error);
  REQUIRE(restored.exit_code == 0);
  const std::string sum = "SELECT count(*) || ' ' || md5(string_agg(note, '' ORDER BY id)) FROM orders";
  CHECK(other.value(sum) == project.database.value(sum));
  CHECK(other.value("SELECT max(version) FROM flyway_schema_history") == "1");
}

TEST_CASE("nothing pending needs no backup, and says so") {
  const Project project;
  REQUIRE(project.run("migrate").exit_code == 0);
  const auto result = project.run("backup");
  CHECK(result.exit_code == 0);
  const auto report = report_of(result);
  CHECK(report["message"] == "nothing is pending, no backup is needed");
  CHECK(report["checks"] ==
        json::parse(R"([{"name": "backup", "outcome": "skipped", "message": "nothing is pending"}])"));
  CHECK(report.count("backup") == 0);
  CHECK(project.names().empty());
}

TEST_CASE("a retried backup uses the one that is there, until the history or the target changes") {
  Project project;
  const auto first = backup_of(project.run("backup"));
  const auto again = project.run("backup");
  const auto second = backup_of(again);
  CHECK(second.at("path") == first.at("path"));
  CHECK(second.at("reused"));
  CHECK_THAT(report_of(again)["message"].get<std::string>(), Catch::Contains("no new one was made"));
  CHECK(project.names().size() == 1);

  project.script("V3__more.sql", "SELECT 1;");
  CHECK_FALSE(backup_of(project.run("backup")).at("reused"));
  REQUIRE(project.run("migrate", {"--target", "2"}).exit_code == 0);
  CHECK_FALSE(backup_of(project.run("backup")).at("reused"));
  CHECK(project.names().size() == 3);
}

TEST_CASE("a damaged backup is not used again") {
  const Project project;
  const fs::path first = backup_of(project.run("backup")).at("path").get<std::string>();
  auto bytes = text_of(first / "database.dump");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file_atomically(first / "database.dump", bytes);
  const auto result = project.run("backup");
  CHECK_FALSE(backup_of(result).at("reused"));
  CHECK_THAT(result.error,
             Catch::Contains("backup " + first.filename().string() +
                             " is damaged and not used again: database.dump has another digest than "
                             "its manifest"));
}

TEST_CASE("a backup that is older than an hour is not used again") {
  const Project project;
  const fs::path first = backup_of(project.run("backup")).at("path").get<std::string>();
  auto manifest = *parse_manifest(text_of(first / "manifest.json"));
  manifest.started = format_utc(std::chrono::system_clock::now() - std::chrono::minutes(61));
  write_file_atomically(first / "manifest.json", to_json(manifest));
  CHECK_FALSE(backup_of(project.run("backup")).at("reused"));
}

TEST_CASE("as many backups are kept as asked for, those of other databases untouched") {
  Project project;
  fs::create_directory(project.backups() / "somebody-elses");
  std::vector<std::string> made{"somebody-elses"};
  for (const auto* name : {"V3__a.sql", "V4__b.sql", "V5__c.sql"}) {
    project.script(name, "SELECT 1;");
    const fs::path path =
        backup_of(project.run("backup", {"--backup-retention", "2"})).at("path").get<std::string>();
    made.push_back(path.filename().string());
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // the times have seconds
  }
  made.erase(made.begin() + 1);
  std::sort(made.begin(), made.end());
  CHECK(project.names() == made);
}

TEST_CASE("a dry run says what it would do and writes nothing") {
  const Project project;
  const auto result = project.run("backup", {"--dry-run"});
  CHECK(result.exit_code == 0);
  CHECK_THAT(report_of(result)["message"].get<std::string>(),
             Catch::StartsWith("would dump " + project.database.name() + " with pg_dump (PostgreSQL) "));
  CHECK(project.names().empty());
}

TEST_CASE("a full disk is transient and leaves no half of a backup") {
  const Project project;
  const auto inner = project.command("backup", {});
  // A limit of the process stands in for the disk: writes beyond it fail as they do on a full one.
  Command command{.arguments = {"sh", "-c", "trap '' XFSZ; ulimit -f 64; exec \"$@\"", "sh"},
                  .environment = inner.environment};
  command.arguments.insert(command.arguments.end(), inner.arguments.begin(), inner.arguments.end());
  const auto result = run_process(command, {.limit = kLimit});
  check_failure(result, 75, "pg_dump failed: could not write to output file: File too large",
                "Free space on the backup volume, or lower backup-retention, then run again.");
  CHECK(project.names().empty());
  backup_of(project.run("backup"));
}

TEST_CASE("a table that the role may not read is named, and no retry can help") {
  const Project project;
  project.database.query("CREATE TABLE forbidden (id int)");
  check_failure(project.run("backup"), 77,
                "pg_dump failed: query failed: ERROR:  permission denied for table forbidden",
                "The role must be able to read every table: back up as the owner, or grant pg_read_all_data "
                "(PostgreSQL 14).");
  CHECK(project.names().empty());
}

TEST_CASE("a locked table is waited for within bounds, and who locks it is named") {
  const Project project;
  const Locked locked(project.database, "orders");
  const auto result = project.run("backup", {"--lock-timeout", "300ms", "--retries", "1"});
  check_failure(result, 75,
                "pg_dump failed: query failed: ERROR:  canceling statement due to statement timeout",
                "Another session holds a lock on a table; run again when it has ended.");
  CHECK_THAT(result.error, Catch::Contains("a table is locked by process " + locked.process()) &&
                               Catch::Contains("the-holder) with orders; attempt 2 of 2 follows in 1s"));
  CHECK(project.names().empty());
}

TEST_CASE("a backup does not outlive its deadline") {
  const Project project;
  const Locked locked(project.database, "orders");
  check_failure(project.run("backup", {"--lock-timeout", "30s", "--deadline", "1s"}), 75,
                "pg_dump did not end within the deadline of 1s",
                "Raise deadline (and the Job's activeDeadlineSeconds), or take the backup by other means.");
  CHECK(project.names().empty());
}

TEST_CASE("a store that is not there is a configuration error") {
  const Project project;
  const auto none = (project.folder.path() / "none").string();
  check_failure(project.run("backup", {"--backup-dir", none}), 78, "backup-dir " + none + " is no folder",
                "Mount the backup volume there.");
  CHECK_FALSE(fs::exists(none));
  auto command = project.command("backup", {});
  command.environment.pop_back();
  check_failure(run_process(command, {.limit = kLimit}), 78, "backup-dir is not set",
                "Name the directory that backups are published in.");
}

TEST_CASE("SIGTERM ends the dump, leaves nothing and exits with 143") {
  const Project project;
  std::optional<Locked> locked(std::in_place, project.database, "orders");
  Child child(project.command("backup", {"--lock-timeout", "30s"}), project.folder.path() / "out");
  while (project.names().empty() && !child.exit_code())
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  kill(child.id(), SIGTERM);
  for (int i = 0; i < 1000 && !child.exit_code(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(child.exit_code() == 143);
  CHECK(project.names().empty());
}

TEST_CASE("a backup that is killed at any point leaves no half, no pg_dump, and the next one is whole") {
  Project project;
  project.database.query(
      "INSERT INTO orders SELECT g, repeat(md5(g::text), 20) FROM generate_series(20001, 120000) g");
  const auto dumping =
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_dump' AND datname = "
      "current_database()";
  for (const int delay : {0, 30, 60, 120, 250, 500, 900}) {
    CAPTURE(delay);
    {
      Child child(project.command("backup", {}), project.folder.path() / "out");
      while (project.names().empty() && !child.exit_code())
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      std::this_thread::sleep_for(std::chrono::milliseconds(delay));
      kill(child.id(), SIGKILL);
    }
    const DirectoryStore store(project.backups());
    for (const auto& name : project.names()) {
      if (name.starts_with(".partial-")) {
        fs::last_write_time(project.backups() / name,
                            fs::file_time_type::clock::now() - std::chrono::minutes(2));
        continue;
      }
      const auto manifest = parse_manifest(text_of(project.backups() / name / "manifest.json"));
      REQUIRE(manifest);
      CHECK(store.verify({name, "", *manifest}).empty());
      fs::remove_all(project.backups() / name);  // so that the next round dumps again
    }
    for (int i = 0; i < 500 && project.database.value(dumping) != "0"; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    CHECK(project.database.value(dumping) == "0");
  }
  backup_of(project.run("backup"));
  CHECK(project.names().size() == 1);
}

TEST_CASE("the password is in no process list, log, report or manifest") {
  const Project project;
  const auto& password = project.database.password().reveal();
  const Locked locked(project.database, "orders");
  Child child(project.command("backup", {"--lock-timeout", "5s", "--retries", "0", "--log-level", "debug"}),
              project.folder.path() / "out");
  bool seen = false;
  while (!child.exit_code()) {
    for (const auto& entry : fs::directory_iterator("/proc")) {
      std::ifstream stream(entry.path() / "cmdline");
      const std::string line((std::istreambuf_iterator<char>(stream)), {});
      if (line.find("pg_dump") == std::string::npos ||
          line.find("--lock-wait-timeout=5000") == std::string::npos)
        continue;
      seen = true;
      CHECK(line.find(password) == std::string::npos);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  CHECK(seen);
  CHECK(text_of(project.folder.path() / "out").find(password) == std::string::npos);
}

TEST_CASE("a dump with one wrong byte lists well and is still found out") {
  const Project project;
  const fs::path folder = backup_of(project.run("backup")).at("path").get<std::string>();
  const auto tools = choose_dump_tools(find_dump_tools(dump_tool_folders()), 12);
  const SystemClock clock;
  const StopSignal stop;
  const Deadline deadline(clock, kLimit);
  CHECK(read_back(tools, folder / "database.dump", {clock, stop, deadline}) > 3);
  auto bytes = text_of(folder / "database.dump");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
  const auto damaged = project.folder.path() / "damaged.dump";
  write_file_atomically(damaged, bytes);
  try {
    read_back(tools, damaged, {clock, stop, deadline});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kTransient);
    CHECK_THAT(std::string(error.what()), Catch::StartsWith("pg_restore failed: "));
  }
}

TEST_CASE("two backups at once do not disturb each other") {
  const Project project;
  Child first(project.command("backup", {}), project.folder.path() / "first");
  Child second(project.command("backup", {}), project.folder.path() / "second");
  for (int i = 0; i < 3000 && !(first.exit_code() && second.exit_code()); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  INFO(text_of(project.folder.path() / "first") << text_of(project.folder.path() / "second"));
  CHECK(first.exit_code() == 0);
  CHECK(second.exit_code() == 0);
  CHECK_FALSE(project.names().empty());
  for (const auto& name : project.names()) CHECK_FALSE(name.starts_with('.'));
}

TEST_CASE("a backup leaves a run record, a failed one too") {
  const Project project;
  backup_of(project.run("backup"));
  project.database.query("CREATE TABLE forbidden (id int)");
  CHECK(project.run("backup", {"--target", "2", "--backup-dir", project.backups().string()}).exit_code ==
        0);  // reused
  fs::remove_all(project.backups());
  fs::create_directory(project.backups());
  CHECK(project.run("backup").exit_code == 77);
  CHECK(project.database.value(
            "SELECT string_agg(outcome, ',' ORDER BY started_at) FROM windlass_runs WHERE phase = "
            "'backup'") == "done,done,not_permitted");
}

TEST_CASE("a server that is newer than pg_dump is refused by both versions") {
  const Project project;
  const auto server =
      std::stoi(project.database.value("SELECT current_setting('server_version_num')::int / 10000"));
  const auto installed = find_dump_tools(dump_tool_folders());
  REQUIRE_FALSE(installed.empty());
  const auto result = project.run("backup");
  if (installed.back().major >= server) {
    CHECK(result.exit_code == 0);
    return;
  }
  std::string majors;
  for (const auto& tools : installed) majors += (majors.empty() ? "" : ", ") + std::to_string(tools.major);
  const auto wanted = std::to_string(server);
  check_failure(
      result, 78, "no pg_dump fits PostgreSQL " + wanted + "; installed: " + majors,
      "Use an image with pg_dump and pg_restore " + wanted + " (Debian: postgresql-client-" + wanted + ").");
  CHECK(project.names().empty());
}
