#include "generator/commands/flyway_conf.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/files.hpp"
#include "core/project/load.hpp"

using namespace windlass;
using namespace windlass::generator;

namespace {

// The cases of a conf file that Flyway 9.22 to 12.4 was seen to read so.
struct ConfCase {
  std::string text, name, value;
};

MappedConf mapped(const std::string& conf) {
  const TemporaryDirectory folder("windlass-conf-");
  write_file_atomically(folder.path() / "flyway.conf", conf);
  return map_flyway_conf(folder.path() / "flyway.conf", folder.path(), "shop");
}

}  // namespace

TEST_CASE("a flyway.conf is read as Flyway reads it") {
  const std::vector<ConfCase> cases = {
      {"flyway.placeholders.who=C:\\temp\\new\n", "flyway.placeholders.who", "C:\\temp\\new"},
      {"flyway.placeholders.who=\\u00e9\xC3\xA9\n", "flyway.placeholders.who", "\\u00e9\xC3\xA9"},
      {"flyway.table=\n", "flyway.table", ""},
      {"flyway.table=t_1\nflyway.table=t_2\n", "flyway.table", "t_2"},
      {"flyway.placeholders.a.b=x\n", "flyway.placeholders.a.b", "x"},
      {"  flyway.table : t\r\n", "flyway.table", "t"},
      {"flyway.table t", "flyway.table", "t"},
      {"# flyway.x=1\n! flyway.x=2\nflyway.locations=filesystem:a,\\\n   filesystem:b\n", "flyway.locations",
       "filesystem:a,filesystem:b"},
      {"flyway.url=jdbc:postgresql://db:5432/shop?a=b\n", "flyway.url", "jdbc:postgresql://db:5432/shop?a=b"},
  };
  for (const auto& [text, name, value] : cases) {
    INFO(text);
    const auto properties = parse_flyway_conf(text);
    REQUIRE(properties.size() == 1);
    CHECK(properties[0].name == name);
    CHECK(properties[0].value == value);
  }
  CHECK(parse_flyway_conf("table=t_x\nother.tool=1\n\n").empty());
}

TEST_CASE("the settings of a flyway.conf become a valid project with the same meaning") {
  const auto result = mapped(
      "flyway.url=jdbc:postgresql://db.internal:6432/shop?sslmode=verify-full\n"
      "flyway.user=migrator\n"
      "flyway.locations=filesystem:sql, filesystem:../shared/*/sql\n"
      "flyway.schemas=shop,audit\n"
      "flyway.defaultSchema=shop\n"
      "flyway.table=history\n"
      "flyway.placeholders.owner=app \"x\": y\n"
      "flyway.outOfOrder=TRUE\n"
      "flyway.baselineVersion=1.1\n"
      "flyway.ignoreMigrationPatterns=*:missing,*:future\n"
      "flyway.sqlMigrationSuffixes=.sql,.pgsql\n"
      "flyway.lockRetryCount=60\n");
  CHECK(result.unmapped.empty());
  const auto loaded = project::load_project_text(result.config, "windlass.yaml", "");
  INFO(result.config << to_text(loaded.diagnostics));
  REQUIRE(loaded.project.has_value());
  const auto& database = loaded.project->databases[0];
  CHECK(database.name == "shop");
  CHECK(database.schemas == std::vector<std::string>{"shop", "audit"});
  CHECK(database.default_schema == "shop");
  CHECK(database.history_table == "history");
  CHECK(database.scripts.locations == std::vector<std::string>{"sql", "../shared/*/sql"});
  CHECK(database.connection.host == "db.internal");
  CHECK(database.connection.port == 6432);
  CHECK(database.connection.user == "migrator");
  CHECK(database.connection.password->name == "shop-main");
  CHECK(database.connection.ssl_mode == "verify-full");
  CHECK(loaded.project->migration.placeholders == project::Map{{"owner", "app \"x\": y"}});
  CHECK(loaded.project->migration.settings ==
        project::Map{{"out-of-order", "true"},
                     {"baseline-version", "1.1"},
                     {"ignore-migration-patterns", "*:missing,*:future"},
                     {"sql-migration-suffixes", ".sql,.pgsql"},
                     {"lock-wait", "60s"}});
}

TEST_CASE("JDBC URLs of every form name host, port and database") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"jdbc:postgresql:shop", "localhost:5432 shop"},
      {"jdbc:postgresql:///shop", "localhost:5432 shop"},
      {"jdbc:postgresql://db/shop", "db:5432 shop"},
      {"jdbc:postgresql://db:6432/shop?user=x", "db:6432 shop"},
      {"jdbc:postgresql://[::1]/shop", "[::1]:5432 shop"},
      {"jdbc:postgresql://[::1]:6432/shop", "[::1]:6432 shop"},
  };
  for (const auto& [url, expected] : cases) {
    INFO(url);
    const auto loaded =
        project::load_project_text(mapped("flyway.url=" + url + "\n").config, "windlass.yaml", "");
    REQUIRE(loaded.project.has_value());
    const auto& database = loaded.project->databases[0];
    CHECK(database.connection.host + ":" + std::to_string(database.connection.port) + " " + database.name ==
          expected);
  }
}

TEST_CASE("what has no place in windlass.yaml is named with the reason, and no password is copied") {
  const auto result = mapped(
      "flyway.url=jdbc:postgresql://db/shop?password=hunter2&ssl=true\n"
      "flyway.password=hunter2\n"
      "flyway.locations=classpath:db/migration,s3:bucket/sql\n"
      "flyway.cleanDisabled=false\n"
      "flyway.mixed=true\n"
      "flyway.jdbcProperties.ApplicationName=x\n"
      "flyway.lockRetryCount=-1\n"
      "flyway.table=${TABLE}\n"
      "flyway.placeholders.token=${TOKEN}\n"
      "flyway.noSuch=1\n");
  CHECK(result.unmapped ==
        std::vector<std::string>{
            "line 1: flyway.url: the password in it: put it into the Secret that passwordSecret names",
            "line 1: flyway.url: its parameter ssl",
            "line 2: flyway.password: put it into the Secret that passwordSecret names",
            "line 3: flyway.locations: classpath:db/migration is no folder",
            "line 3: flyway.locations: s3:bucket/sql is no folder",
            "line 4: flyway.cleanDisabled: there is no clean: nothing here drops a schema",
            "line 5: flyway.mixed: statements that cannot run in a transaction are found and bracketed by "
            "themselves",
            "line 6: flyway.jdbcProperties.ApplicationName: put libpq's parameters into the connection URL "
            "of a Secret",
            "line 7: flyway.lockRetryCount: the wait for a lock has a bound",
            "line 8: flyway.table: its value comes from an environment variable",
            "line 9: flyway.placeholders.token: its value comes from an environment variable",
            "line 10: flyway.noSuch: there is no such setting",
        });
  CHECK(result.config.find("hunter2") == std::string::npos);
  CHECK(project::load_project_text(result.config, "windlass.yaml", "").project.has_value());
}

TEST_CASE("a URL of another database or of several hosts is named, not guessed") {
  for (const std::string url : {"jdbc:mysql://db/shop", "jdbc:postgresql://a:1,b:2/shop"}) {
    const auto result = mapped("flyway.url=" + url + "\n");
    CHECK(result.unmapped ==
          std::vector<std::string>{
              "line 1: flyway.url: only jdbc:postgresql: with one host can be taken over"});
  }
}
