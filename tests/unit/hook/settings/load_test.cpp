#include "hook/settings/load.hpp"

#include <catch2/catch.hpp>

#include "core/base/files.hpp"

using namespace windlass;
using namespace windlass::hook;

namespace {

LoadedSettings load(const Flags& flags, const Environment& environment) {
  return load_settings(Phase::kMigrate, flags, environment);
}

class Files {
 public:
  std::string add(const std::string& name, std::string_view text) {
    write_file_atomically(folder_.path() / name, text);
    return (folder_.path() / name).string();
  }
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

 private:
  TemporaryDirectory folder_{"windlass-settings-"};
};

}  // namespace

TEST_CASE("nothing set is no fault, and nothing has an origin") {
  const auto loaded = load({}, {{"PGHOST", "db"}, {"PATH", "/bin"}});
  CHECK_FALSE(loaded.fault);
  CHECK(loaded.warnings.empty());
  CHECK(loaded.settings.origins.empty());
  CHECK(loaded.settings.phase == Phase::kMigrate);
  CHECK(loaded.settings.locations == std::vector<std::string>{"sql"});
  CHECK(loaded.settings.lock_timeout == Milliseconds(2000));
  CHECK(loaded.settings.retries == 40);
  CHECK(loaded.settings.termination_log == "/dev/termination-log");
  CHECK_FALSE(loaded.settings.database_port);
}

TEST_CASE("a flag wins over the environment, that over the file, that over the default") {
  Files files;
  const auto file = files.add("settings.yaml", "deadline: 1m\nlockWait: 1m\nguardWait: 1m\n");
  const auto loaded = load({{"deadline", {"3m"}}, {"settings", {file}}},
                           {{"WINDLASS_DEADLINE", "2m"}, {"WINDLASS_LOCK_WAIT", "2m"}});
  CHECK_FALSE(loaded.fault);
  const auto& settings = loaded.settings;
  CHECK(settings.deadline == Milliseconds(180'000));
  CHECK(settings.lock_wait == Milliseconds(120'000));
  CHECK(settings.guard_wait == Milliseconds(60'000));
  CHECK(settings.safety_delay == Milliseconds(10'000));
  CHECK(settings.origins.at("deadline") == "flag --deadline");
  CHECK(settings.origins.at("lock-wait") == "WINDLASS_LOCK_WAIT");
  CHECK(settings.origins.at("guard-wait") == file + ":3:12");
  CHECK_FALSE(settings.is_set("safety-delay"));
}

TEST_CASE("a value is read from the file that its _FILE name points to, without the line end") {
  Files files;
  const auto path = files.add("password", "p w\r\n");
  const auto loaded = load({}, {{"WINDLASS_DATABASE_PASSWORD_FILE", path}});
  CHECK_FALSE(loaded.fault);
  CHECK(loaded.settings.database_password.reveal() == "p w");
  CHECK(loaded.settings.origins.at("database-password") == "WINDLASS_DATABASE_PASSWORD_FILE (" + path + ")");
}

TEST_CASE("the settings file holds lists, and maps whose values keep their commas") {
  Files files;
  const auto file = files.add("s.yaml", "schemas: [a, c]\nplaceholders: {greeting: 'hello, world'}\n");
  const auto loaded = load({}, {{"WINDLASS_SETTINGS", file}});
  CHECK_FALSE(loaded.fault);
  CHECK(loaded.settings.schemas == std::vector<std::string>{"a", "c"});
  CHECK(loaded.settings.placeholders == std::map<std::string, std::string>{{"greeting", "hello, world"}});
}

TEST_CASE("a map's flag carries one entry each time, a list's flag may carry several") {
  const auto loaded = load({{"placeholders", {"a=1,2", "b=3"}}, {"schemas", {"x,y", "z"}}}, {});
  CHECK_FALSE(loaded.fault);
  CHECK(loaded.settings.placeholders == std::map<std::string, std::string>{{"a", "1,2"}, {"b", "3"}});
  CHECK(loaded.settings.schemas == std::vector<std::string>{"x", "y", "z"});
}

TEST_CASE("an empty environment value is as good as none") {
  const auto loaded =
      load({}, {{"WINDLASS_TARGET", ""}, {"WINDLASS_DEADLINE", ""}, {"WINDLASS_DEADLINE_FILE", ""}});
  CHECK_FALSE(loaded.fault);
  CHECK(loaded.settings.target == "latest");
  CHECK_FALSE(loaded.settings.is_set("target"));
}

TEST_CASE("one fault is the message and its cure the hint") {
  struct Case {
    Flags flags;
    Environment environment;
    ExitCode code;
    const char* message;
    const char* hint;
  };
  const auto c = GENERATE(values<Case>({
      {{{"deadline", {"5x"}}},
       {},
       ExitCode::kUsage,
       "--deadline: \"5x\" is not a duration",
       "Write it as 500ms, 30s, 15m or 1h30m."},
      {{},
       {{"WINDLASS_RETRIES", "x"}},
       ExitCode::kConfiguration,
       "WINDLASS_RETRIES: \"x\" is not a whole number from 0 to 2147483647",
       ""},
      {{{"database-port", {"65536"}}},
       {},
       ExitCode::kUsage,
       "--database-port: a port is a number from 1 to 65535",
       ""},
      {{{"database-port", {"0"}}},
       {},
       ExitCode::kUsage,
       "--database-port: a port is a number from 1 to 65535",
       ""},
      {{{"locations", {","}}}, {}, ExitCode::kUsage, "--locations: no folder is named", ""},
      {{{"layout", {"drizzle"}}}, {}, ExitCode::kUsage, "--layout: the only layout is flyway", ""},
      {{{"history-table", {""}}}, {}, ExitCode::kUsage, "--history-table: the name is empty", ""},
      {{{"sql-migration-prefix", {""}}},
       {},
       ExitCode::kUsage,
       "--sql-migration-prefix: the prefix is empty",
       ""},
      {{{"sql-migration-separator", {""}}},
       {},
       ExitCode::kUsage,
       "--sql-migration-separator: the separator is empty",
       ""},
      {{{"sql-migration-suffixes", {""}}},
       {},
       ExitCode::kUsage,
       "--sql-migration-suffixes: no suffix is named",
       ""},
      {{{"placeholder-prefix", {""}}},
       {},
       ExitCode::kUsage,
       "--placeholder-prefix: the prefix is empty",
       "Set placeholder-replacement to false when scripts have no placeholders."},
      {{{"placeholder-suffix", {""}}},
       {},
       ExitCode::kUsage,
       "--placeholder-suffix: the suffix is empty",
       "Set placeholder-replacement to false when scripts have no placeholders."},
      {{},
       {{"WINDLASS_LOCK_TIMEOUT", "0s"}},
       ExitCode::kConfiguration,
       "WINDLASS_LOCK_TIMEOUT: must be longer than 0s",
       "Without a lock timeout one waiting statement stops every later query on its table."},
      {{{"deadline", {"0s"}}}, {}, ExitCode::kUsage, "--deadline: must be longer than 0s", ""},
      {{{"backup-retention", {"0"}}},
       {},
       ExitCode::kUsage,
       "--backup-retention: must be at least 1",
       "The backup that a run makes has to outlive it."},
      {{},
       {{"WINDLASS_TARGET", "1"}, {"WINDLASS_TARGET_FILE", "/x"}},
       ExitCode::kConfiguration,
       "WINDLASS_TARGET and WINDLASS_TARGET_FILE are both set",
       "Unset one of them."},
      {{{"target", {"2"}}},
       {{"WINDLASS_TARGET", "1"}, {"WINDLASS_TARGET_FILE", "/x"}},
       ExitCode::kConfiguration,
       "WINDLASS_TARGET and WINDLASS_TARGET_FILE are both set",
       "Unset one of them."},
      {{},
       {{"WINDLASS_TARGET_FILE", "/nowhere/x"}},
       ExitCode::kConfiguration,
       "WINDLASS_TARGET_FILE: /nowhere/x does not exist",
       ""},
      {{{"settings", {"/nowhere/s.yaml"}}},
       {},
       ExitCode::kUsage,
       "--settings: /nowhere/s.yaml does not exist",
       ""},
      {{},
       {{"WINDLASS_SETTINGS", "/"}},
       ExitCode::kConfiguration,
       "WINDLASS_SETTINGS: / is a folder, not a file",
       ""},
      {{{"database-host", {"db"}}},
       {{"WINDLASS_DATABASE_URL", "postgresql://x"}},
       ExitCode::kUsage,
       "--database-host: database-url is set too, by WINDLASS_DATABASE_URL",
       "Give the URL or the separate settings, not both."},
      {{},
       {{"WINDLASS_PLACEHOLDERS", "a=hunter2,hunter3"}},
       ExitCode::kConfiguration,
       "WINDLASS_PLACEHOLDERS: an entry is not name=value",
       "Write each entry as name=value."},
  }));
  const auto loaded = load(c.flags, c.environment);
  REQUIRE(loaded.fault);
  CHECK(loaded.fault->code() == c.code);
  CHECK(std::string(loaded.fault->what()) == c.message);
  CHECK(loaded.fault->hint() == c.hint);
  CHECK(loaded.fault->details().empty());
}

TEST_CASE("a setting at fault has its default, so that the report of the fault can be written") {
  const auto loaded = load({{"deadline", {"5x"}},
                            {"output", {"xml"}},
                            {"database-port", {"0"}},
                            {"backup-retention", {"0"}},
                            {"placeholders", {"a=1", "b"}},
                            {"target", {"7"}}},
                           {});
  REQUIRE(loaded.fault);
  CHECK(loaded.settings.deadline == Milliseconds(900'000));
  CHECK(loaded.settings.output == OutputFormat::kText);
  CHECK_FALSE(loaded.settings.database_port);
  CHECK(loaded.settings.backup_retention == 7);
  CHECK(loaded.settings.placeholders.empty());
  CHECK(loaded.settings.target == "7");
  CHECK(loaded.settings.origins.size() == 1);
}

TEST_CASE("several faults are reported at once, those of the file with their line") {
  Files files;
  const auto file = files.add("s.yaml", "deadline: 5x\nlockTimout: 1s\nlockTimeout: 0s\n");
  const auto loaded =
      load({{"output", {"xml"}}}, {{"WINDLASS_SETTINGS", file}, {"WINDLASS_RETRIES", "many"}});
  REQUIRE(loaded.fault);
  CHECK(loaded.fault->code() == ExitCode::kConfiguration);
  CHECK_THAT(std::string(loaded.fault->what()),
             Catch::StartsWith("5 settings are wrong: " + file + ":1:11: "));
  CHECK(loaded.fault->hint() == "Correct them all; --explain-settings shows every value with its source.");
  const auto& details = loaded.fault->details();
  CHECK_THAT(details, Catch::Contains(file + ":1:11: error: deadline "));
  CHECK_THAT(details, Catch::Contains("deadline: 5x\n"));
  CHECK_THAT(details, Catch::Contains(file + ":2:1: error: unknown setting \"lockTimout\""));
  CHECK_THAT(details, Catch::Contains("help: Did you mean \"lockTimeout\"?\n"));
  CHECK_THAT(details, Catch::Contains("error: --output: \"xml\" is none of text, json\n"));
  CHECK_THAT(details, Catch::Contains(
                          "error: WINDLASS_RETRIES: \"many\" is not a whole number from 0 to 2147483647\n"));
  CHECK_THAT(details, Catch::Contains("error: " + file + ":3:14: lockTimeout: must be longer than 0s\n"));
}

TEST_CASE("faults of flags alone are the usage's") {
  const auto loaded = load({{"output", {"xml"}}, {"retries", {"x"}}}, {});
  REQUIRE(loaded.fault);
  CHECK(loaded.fault->code() == ExitCode::kUsage);
}

TEST_CASE("WINDLASS_SETTINGS_FILE that names the settings themselves says what was meant") {
  Files files;
  const auto file = files.add("s.yaml", "deadline: 5m\n");
  const auto loaded = load({}, {{"WINDLASS_SETTINGS_FILE", file}});
  REQUIRE(loaded.fault);
  CHECK(std::string(loaded.fault->what()) ==
        "WINDLASS_SETTINGS_FILE (" + file + "): deadline: 5m does not exist");
  CHECK(loaded.fault->hint() ==
        "The file that WINDLASS_SETTINGS_FILE names holds a path; WINDLASS_SETTINGS names the settings "
        "itself.");
}

TEST_CASE("a WINDLASS_ name that is no setting is a warning with what was meant") {
  const auto loaded = load({}, {{"WINDLASS_LOCK_TIMOUT", "1s"},
                                {"WINDLASS_DATABASE_PASWORD_FILE", "/x"},
                                {"WINDLASS_ENTIRELY_DIFFERENT", "1"}});
  CHECK_FALSE(loaded.fault);
  CHECK(loaded.warnings ==
        std::vector<std::string>{
            "WINDLASS_DATABASE_PASWORD_FILE is in the environment but is no setting; did you mean "
            "WINDLASS_DATABASE_PASSWORD_FILE?",
            "WINDLASS_ENTIRELY_DIFFERENT is in the environment but is no setting",
            "WINDLASS_LOCK_TIMOUT is in the environment but is no setting; did you mean "
            "WINDLASS_LOCK_TIMEOUT?"});
}

TEST_CASE("what Kubernetes injects for a Service called windlass is passed over") {
  const auto loaded = load({}, {{"WINDLASS_PORT", "tcp://10.0.0.1:80"},
                                {"WINDLASS_PORT_80_TCP", "tcp://10.0.0.1:80"},
                                {"WINDLASS_PORT_80_TCP_ADDR", "10.0.0.1"},
                                {"WINDLASS_PORT_80_TCP_PORT", "80"},
                                {"WINDLASS_PORT_80_TCP_PROTO", "tcp"},
                                {"WINDLASS_SERVICE_HOST", "10.0.0.1"},
                                {"WINDLASS_SERVICE_PORT", "80"},
                                {"WINDLASS_DB_SERVICE_PORT_HTTP", "80"}});
  CHECK_FALSE(loaded.fault);
  CHECK(loaded.warnings.empty());
}

TEST_CASE("the password may come beside a URL that has none") {
  const auto loaded = load(
      {}, {{"WINDLASS_DATABASE_URL", "postgresql://app@db/shop"}, {"WINDLASS_DATABASE_PASSWORD", "hunter2"}});
  CHECK_FALSE(loaded.fault);
}
