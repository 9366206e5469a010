#include "generator/plan/names.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {

TEST_CASE("the database's key is part of a name only when there are several") {
  auto project = sample_project();
  CHECK(base_name(project, project.databases[0]) == "storefront");
  project.databases.push_back(sample_database("reports"));
  CHECK(base_name(project, project.databases[1]) == "storefront-reports");
}

TEST_CASE("a name that is too long is cut and told apart by its hash") {
  CHECK(fit_name("storefront", "migrate") == "storefront-migrate");
  const std::string a = fit_name(std::string(63, 'a'), "migrate-12345678");
  const std::string b = fit_name(std::string(62, 'a') + "b", "migrate-12345678");
  CHECK(a.size() == kNameLimit);
  CHECK(a.ends_with("-migrate-12345678"));
  CHECK(a != b);
  CHECK(fit_name(std::string(80, 'a'), "rollback", kCronJobNameLimit).size() == kCronJobNameLimit);
  CHECK(fit_name(std::string(44, 'a') + "-" + std::string(30, 'b'), "rollback").find("--") ==
        std::string::npos);
}

TEST_CASE("ServiceAccounts have names of their own unless the project brings one") {
  auto project = sample_project();
  CHECK(service_account_name(project) == "storefront-migrate");
  CHECK(rollback_service_account_name(project) == "storefront-rollback");
  project.kubernetes.service_account = "db";
  CHECK(service_account_name(project) == "db");
  CHECK(rollback_service_account_name(project) == "db-rollback");
  project.kubernetes.create_service_account = false;
  CHECK(rollback_service_account_name(project) == "db");
}

TEST_CASE("a ConfigMap key has only what Kubernetes allows") {
  CHECK(config_map_key("sql/V1__create orders.sql") == "sql_V1__create_orders.sql");
  CHECK(config_map_key("..data") == "_..data");
  CHECK(config_map_key("größe.sql") == "gr____e.sql");
  const std::string long_key = config_map_key(std::string(300, 'x') + ".sql");
  CHECK(long_key.size() == kKeyLimit);
  CHECK(long_key != config_map_key(std::string(301, 'x') + ".sql"));
}

TEST_CASE("a location becomes a folder that stays below the mount") {
  const auto [location, folder] = GENERATE(table<std::string, std::string>({
      {"sql", "sql"},
      {"./sql/", "sql"},
      {"db/migrations", "db/migrations"},
      {"filesystem:sql", "sql"},
      {"../shared/sql", "shared/sql"},
      {"/srv/sql", "srv/sql"},
      {"a, b", "a__b"},
      {".", "scripts"},
      {"..", "scripts"},
  }));
  CHECK(mount_folder(location) == folder);
}

}  // namespace windlass::generator
