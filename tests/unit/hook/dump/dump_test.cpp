#include "hook/dump/dump.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "core/base/digest.hpp"
#include "core/base/files.hpp"
#include "tests/unit/hook/dump/fake_tools.hpp"

using namespace windlass;
using namespace windlass::hook;
using windlass::testing::write_program;

namespace {

// A run with fake programs in a folder of its own.
struct Run {
  explicit Run(Milliseconds limit = Milliseconds(20'000)) : deadline(clock, limit) {}

  DumpJob job(int retries = 0) {
    return {tools(), {{"PGPASSWORD", "hunter2"}}, folder.path() / "database.dump", Milliseconds(2000),
            retries, [] { return "process 7"; },  [] { return std::uint64_t{0}; }};
  }
  DumpTools tools() const {
    return {folder.path() / "pg_dump", folder.path() / "pg_restore", 15, "pg_dump 15"};
  }
  void pg_dump(std::string_view body) const { write_program(folder.path() / "pg_dump", body); }
  void pg_restore(std::string_view body) const { write_program(folder.path() / "pg_restore", body); }
  WorkLimits limits() const { return {clock, stop, deadline}; }

  Error failure(const std::function<void()>& work) const {
    try {
      work();
    } catch (const Error& error) {
      return error;
    }
    return Error(ExitCode::kDone, "no error");
  }

  TemporaryDirectory folder{"windlass-dump-"};
  SystemClock clock;
  StopSignal stop;
  Deadline deadline;
};

}  // namespace

TEST_CASE("the command line of a dump holds nothing of the connection") {
  const Run run;
  CHECK(dump_command(const_cast<Run&>(run).job()) ==
        std::vector<std::string>{(run.folder.path() / "pg_dump").string(), "--format=custom", "--compress=1",
                                 "--no-password", "--lock-wait-timeout=2000",
                                 "--file=" + (run.folder.path() / "database.dump").string()});
}

TEST_CASE("the password travels in the child's environment, messages come in English") {
  Run run;
  run.pg_dump(
      "for a in \"$@\"; do case $a in --file=*) echo \"$PGPASSWORD $LC_ALL\" >\"${a#--file=}\";; esac; done");
  dump_database(run.job(), run.limits());
  CHECK(read_file(run.folder.path() / "database.dump", 100) == "hunter2 C\n");
}

TEST_CASE("what pg_dump says decides the exit code") {
  struct Case {
    const char* output;
    ExitCode code;
    const char* message;
    const char* hint;
  };
  const auto c = GENERATE(values<Case>({
      {"pg_dump: error: could not write to file: No space left on device", ExitCode::kTransient,
       "pg_dump failed: could not write to file: No space left on device",
       "Free space on the backup volume, or lower backup-retention, then run again."},
      {"pg_dump: error: could not write to file: Disk quota exceeded", ExitCode::kTransient,
       "pg_dump failed: could not write to file: Disk quota exceeded",
       "Free space on the backup volume, or lower backup-retention, then run again."},
      {"pg_dump: error: could not write to file: File too large", ExitCode::kTransient,
       "pg_dump failed: could not write to file: File too large",
       "Free space on the backup volume, or lower backup-retention, then run again."},
      {"pg_dump: error: query failed: ERROR:  permission denied for table orders\n"
       "pg_dump: detail: Query was: LOCK TABLE public.orders IN ACCESS SHARE MODE",
       ExitCode::kNotPermitted, "pg_dump failed: query failed: ERROR:  permission denied for table orders",
       "The role must be able to read every table: back up as the owner, or grant pg_read_all_data "
       "(PostgreSQL 14)."},
      {"pg_dump: error: query failed: ERROR:  query would be affected by row-level security policy for table "
       "\"t\"",
       ExitCode::kNotPermitted,
       "pg_dump failed: query failed: ERROR:  query would be affected by row-level security policy for table "
       "\"t\"",
       "Back up as a role that has BYPASSRLS, or as the tables' owner."},
      {"pg_dump: error: connection to server at \"db\" (10.0.0.1), port 5432 failed: FATAL:  password "
       "authentication "
       "failed for user \"app\"",
       ExitCode::kNotPermitted,
       "pg_dump failed: connection to server at \"db\" (10.0.0.1), port 5432 failed: FATAL:  password "
       "authentication "
       "failed for user \"app\"",
       "Check the role, its password and pg_hba.conf."},
      {"pg_dump: error: connection to server at \"db\" (10.0.0.1), port 5432 failed: Connection refused",
       ExitCode::kUnreachable,
       "pg_dump failed: connection to server at \"db\" (10.0.0.1), port 5432 failed: Connection refused",
       "Check that the server is up, then run again."},
      {"pg_dump: error: Dumping the contents of table \"t\" failed: PQgetCopyData() failed.\n"
       "pg_dump: detail: Error message from server: server closed the connection unexpectedly",
       ExitCode::kTransient,
       "pg_dump failed: Dumping the contents of table \"t\" failed: PQgetCopyData() failed.",
       "Check that the server is up, then run again."},
      {"pg_dump: error: server version: 18.1; pg_dump version: 15.20\n"
       "pg_dump: error: aborting because of server version mismatch",
       ExitCode::kConfiguration, "pg_dump failed: server version: 18.1; pg_dump version: 15.20",
       "Use an image with a newer pg_dump."},
      {"pg_dump: error: query failed: ERROR:  canceling statement due to statement timeout",
       ExitCode::kTransient,
       "pg_dump failed: query failed: ERROR:  canceling statement due to statement timeout",
       "Another session holds a lock on a table; run again when it has ended."},
      {"something new", ExitCode::kTransient, "pg_dump failed: something new",
       "Nothing was published; look at what it said."},
      {"", ExitCode::kTransient, "pg_dump failed: it said nothing",
       "Nothing was published; look at what it said."},
  }));
  Run run;
  run.pg_dump("cat >&2 <<'END'\n" + std::string(c.output) + "\nEND\nexit 1");
  const auto error = run.failure([&] { dump_database(run.job(), run.limits()); });
  CHECK(error.code() == c.code);
  CHECK(std::string(error.what()) == c.message);
  CHECK(error.hint() == c.hint);
  const std::string output = c.output;
  CHECK(error.details() == (output.find('\n') == std::string::npos ? "" : output));
}

TEST_CASE("a locked table is tried again, as often as asked") {
  Run run;
  const auto count = (run.folder.path() / "count").string();
  run.pg_dump("echo x >>" + count + "; [ $(wc -l <" + count + ") -ge 2 ] && exit 0\n" +
              "echo 'pg_dump: error: query failed: ERROR:  canceling statement due to statement timeout' "
              ">&2; exit 1");
  dump_database(run.job(1), run.limits());
  CHECK(read_file(count, 100) == "x\nx\n");

  Run patient;
  patient.pg_dump(
      "echo 'pg_dump: error: query failed: ERROR:  canceling statement due to statement timeout' >&2; exit "
      "1");
  CHECK(patient.failure([&] { dump_database(patient.job(1), patient.limits()); }).code() ==
        ExitCode::kTransient);
}

TEST_CASE("a dump that outlives the deadline is ended") {
  Run run(Milliseconds(300));
  run.pg_dump("sleep 30");
  const auto error = run.failure([&] { dump_database(run.job(), run.limits()); });
  CHECK(error.code() == ExitCode::kTransient);
  CHECK(std::string(error.what()) == "pg_dump did not end within the deadline of 300ms");
  CHECK(error.hint() ==
        "Raise deadline (and the Job's activeDeadlineSeconds), or take the backup by other means.");
  const auto later = run.failure([&] { read_back(run.tools(), "x", run.limits()); });
  CHECK(std::string(later.what()) == "reading the dump back did not end within the deadline of 300ms");
}

TEST_CASE("a stop request ends the dump") {
  Run run;
  run.pg_dump("sleep 30");
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    run.stop.request();
  });
  const auto error = run.failure([&] { dump_database(run.job(), run.limits()); });
  stopper.join();
  CHECK(error.code() == ExitCode::kTerminated);
  CHECK(std::string(error.what()) == "stopped during pg_dump");
  CHECK(error.hint() == "Nothing was published.");
  const auto later = run.failure([&] { sha256_within(run.folder.path() / "pg_dump", run.limits()); });
  CHECK(std::string(later.what()) == "stopped during reading the dump back");
}

TEST_CASE("a pg_dump that is killed is said to be") {
  Run run;
  run.pg_dump("kill -9 $$");
  const auto error = run.failure([&] { dump_database(run.job(), run.limits()); });
  CHECK(error.code() == ExitCode::kTransient);
  CHECK(std::string(error.what()) == "pg_dump was ended by signal 9");
  CHECK(error.hint() == "Memory may have run out; look at the pod's events.");
}

TEST_CASE("reading back counts the archive's items") {
  Run run;
  run.pg_restore("case $1 in --list) printf '; header\\n;\\n1; 0 TABLE a\\n2; 0 TABLE b\\n';; esac");
  CHECK(read_back(run.tools(), "x", run.limits()) == 2);
}

TEST_CASE("an archive that cannot be read is an error, in its list as in its data") {
  Run run;
  run.pg_restore("echo 'pg_restore: error: input file does not appear to be a valid archive' >&2; exit 1");
  const auto list = run.failure([&] { read_back(run.tools(), "x", run.limits()); });
  CHECK(list.code() == ExitCode::kTransient);
  CHECK(std::string(list.what()) ==
        "pg_restore --list failed: input file does not appear to be a valid archive");
  run.pg_restore("[ $1 = --list ] || { echo 'pg_restore: error: incorrect data check' >&2; exit 1; }");
  const auto data = run.failure([&] { read_back(run.tools(), "x", run.limits()); });
  CHECK(std::string(data.what()) == "pg_restore failed: incorrect data check");
}

TEST_CASE("the digest of a file is that of its bytes") {
  const Run run;
  const auto file = run.folder.path() / "file";
  const std::string bytes(3'000'000, 'x');
  write_file_atomically(file, bytes);
  CHECK(sha256_within(file, run.limits()) == sha256_hex(bytes));
  const auto error = run.failure([&] { sha256_within(run.folder.path() / "none", run.limits()); });
  CHECK(std::string(error.what()) == "cannot read " + (run.folder.path() / "none").string());
}

TEST_CASE("sizes are written in the unit that suits them") {
  CHECK(format_bytes(0) == "0 bytes");
  CHECK(format_bytes(1023) == "1023 bytes");
  CHECK(format_bytes(1536) == "1.5 KiB");
  CHECK(format_bytes(124'000'000) == "118.3 MiB");
  CHECK(format_bytes(5'000'000'000'000'000) == "4547.5 TiB");
}

TEST_CASE("long output keeps its end, where the error stands") {
  std::string output;
  for (int i = 0; i < 1000; ++i) output += "pg_dump: warning: line\n";
  output += "pg_dump: error: the end";
  const auto error = dump_error("pg_dump", output);
  CHECK(error.details().size() < 4100);
  CHECK_THAT(error.details(),
             Catch::StartsWith("...\npg_dump: warning: line\n") && Catch::EndsWith("the end"));
  CHECK(std::string(error.what()) == "pg_dump failed: the end");
}
