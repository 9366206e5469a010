#include "hook/settings/explain.hpp"

#include <catch2/catch.hpp>

#include "core/contract/settings.hpp"
#include "hook/settings/load.hpp"

using namespace windlass;
using namespace windlass::hook;

TEST_CASE("the address of a URL holds neither user nor password") {
  struct Case {
    const char* url;
    const char* address;
  };
  const auto c = GENERATE(values<Case>({
      {"postgresql://app:secret@db.example:5433/shop?sslmode=require", "db.example:5433/shop"},
      {"postgres://db/shop", "db/shop"},
      {"postgresql://app:secret@[::1]:5432/shop", "[::1]:5432/shop"},
      {"postgresql://app:secret@a:1,b:2/shop", "a:1,b:2/shop"},
      {"postgresql:///shop?host=/run/pg&password=secret", "/shop"},
      {"postgresql://", ""},
      {"postgresql://app:sec/ret@db/shop", ""},
      {"postgresql://app:sec@ret@db/shop", ""},
      {"host=db port=5433 dbname=shop user=app password=secret", "db:5433/shop"},
      {"host = db dbname='my shop' password = 'se cr\\'et'", "db/my shop"},
      {"hostaddr=10.0.0.1 password=secret", "10.0.0.1"},
      {"host=db secret", ""},
      {"secret", ""},
      {"password='secret", ""},
  }));
  CAPTURE(c.url);
  Settings settings;
  settings.database_url = Secret(c.url);
  CHECK(database_address(settings) == c.address);
}

TEST_CASE("a password where it does not belong is not shown as part of an address") {
  const auto* const url =
      GENERATE("host=db\npassword=secret\nport=1 x", "host=db\tuser=app password='secret", "port=5432secret",
               "postgresql://app:secret", "postgresql://db:1,app:secret/shop",
               "postgresql://[::1]:secret/shop", "=x host=secret", "host=db port=1 password='secret");
  CAPTURE(url);
  Settings settings;
  settings.database_url = Secret(url);
  CHECK(database_address(settings).empty());
}

TEST_CASE("a line end separates keywords as a blank does") {
  Settings settings;
  settings.database_url = Secret("host=db\npassword=secret\n\tport=5433\r\ndbname=shop\n");
  CHECK(database_address(settings) == "db:5433/shop");
}

TEST_CASE("the address of separate settings is put together") {
  Settings settings;
  CHECK(database_address(settings).empty());
  settings.database_host = "db";
  CHECK(database_address(settings) == "db");
  settings.database_port = 5433;
  settings.database_name = "shop";
  settings.database_user = "app";
  CHECK(database_address(settings) == "db:5433/shop");
  settings.direct_database_url = Secret("host=primary dbname=shop password=hunter2");
  CHECK(database_address(settings) == "primary/shop");
}

TEST_CASE("the explanation shows every setting with its source and no secret") {
  const auto loaded = load_settings(Phase::kMigrate, {{"lock-timeout", {"5s"}}},
                                    {{"WINDLASS_DATABASE_URL", "postgresql://app:hunter2@db/shop"},
                                     {"WINDLASS_DIRECT_DATABASE_URL", "postgresql://app:hunter4@pg/shop"},
                                     {"WINDLASS_DATABASE_PASSWORD", "hunter3"}});
  const auto text = explain_settings(loaded.settings);
  for (const auto& row : setting_table()) CHECK(text.find(std::string(row.name) + " ") != std::string::npos);
  CHECK(text.find("hunter") == std::string::npos);
  CHECK_THAT(text, Catch::Contains("\ndatabase-url                     db/shop (credentials not shown)  "
                                   "WINDLASS_DATABASE_URL\n"));
  CHECK_THAT(text, Catch::Contains("\ndirect-database-url              pg/shop (credentials not shown)  "
                                   "WINDLASS_DIRECT_DATABASE_URL\n"));
  CHECK_THAT(text, Catch::Contains("\ndatabase-password                (set)                            "
                                   "WINDLASS_DATABASE_PASSWORD\n"));
  CHECK_THAT(text, Catch::Contains("\nlock-timeout                     5s                               "
                                   "flag --lock-timeout\n"));
  CHECK_THAT(
      text, Catch::Contains("\ndeadline                         15m                              default\n"));
  CHECK_THAT(
      text, Catch::Contains("\ndatabase-host                    -                                default\n"));
}

TEST_CASE("a URL too odd to show is only said to be set") {
  const auto loaded =
      load_settings(Phase::kMigrate, {}, {{"WINDLASS_DATABASE_URL", "postgresql://app:hunter@2@db/shop"}});
  const auto text = explain_settings(loaded.settings);
  CHECK(text.find("hunter") == std::string::npos);
  CHECK_THAT(text, Catch::Contains("(set)"));
}
