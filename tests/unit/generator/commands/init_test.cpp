#include "generator/commands/init.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/project/load.hpp"

using namespace windlass;
using namespace windlass::generator;
namespace fs = std::filesystem;

TEST_CASE("a new project is valid and holds a script, its undo script and its verify query") {
  const TemporaryDirectory folder("windlass-init-");
  const fs::path shop = folder.path() / "My Shop 2";
  std::ostringstream out;
  CHECK(run_init({shop, {}}, out) == ExitCode::kDone);
  CHECK(out.str() == "wrote " + (shop / "windlass.yaml").string() + "\nwrote " +
                         (shop / "sql/V1__create_notes.sql").string() + "\nwrote " +
                         (shop / "sql/U1__create_notes.sql").string() + "\nwrote " +
                         (shop / "verify/V1__create_notes.sql").string() + "\nnext: windlass lint " +
                         shop.string() + "\n");
  const auto loaded = project::load_project(shop / "windlass.yaml", "prod");
  INFO(to_text(loaded.diagnostics));
  REQUIRE(loaded.project.has_value());
  CHECK(loaded.diagnostics.empty());
  CHECK(loaded.project->name == "my-shop-2");
  CHECK(loaded.project->databases[0].name == "my_shop_2");
  for (const auto* file :
       {"sql/V1__create_notes.sql", "sql/U1__create_notes.sql", "verify/V1__create_notes.sql"}) {
    CHECK(fs::is_regular_file(shop / file));
  }
}

TEST_CASE("a project is named after its folder, as far as Kubernetes allows") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"shop", "shop"},   {"Shop_Service", "shop-service"},
      {"42", "project"},  {"2nd shop", "nd-shop"},
      {"--x--", "x"},     {std::string(29, 'a') + "-b", std::string(29, 'a')},
      {"shop/.", "shop"}, {"shop/sub/..", "shop"},
  };
  for (const auto& [path, name] : cases) {
    const TemporaryDirectory folder("windlass-init-");
    fs::create_directories(folder.path() / path / "sub");
    std::ostringstream out;
    run_init({folder.path() / path, {}}, out);
    const auto loaded = project::load_project(folder.path() / path / "windlass.yaml", "");
    REQUIRE(loaded.project.has_value());
    CHECK(loaded.project->name == name);
  }
}

TEST_CASE("nothing is overwritten, and nothing is written when one file is there") {
  const TemporaryDirectory folder("windlass-init-");
  write_file_atomically(folder.path() / "sql/U1__create_notes.sql", "mine");
  std::ostringstream out;
  try {
    run_init({folder.path(), {}}, out);
    FAIL("it was overwritten");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kConfiguration);
    CHECK(std::string(error.what()) ==
          "there already: " + (folder.path() / "sql/U1__create_notes.sql").string());
    CHECK(error.hint() == "Nothing was written. Name another folder, or move the files away.");
  }
  CHECK(out.str().empty());
  CHECK_FALSE(fs::exists(folder.path() / "windlass.yaml"));
  CHECK(read_file(folder.path() / "sql/U1__create_notes.sql", 100) == "mine");
}

TEST_CASE("a flyway.conf becomes windlass.yaml alone, and what was left behind is said") {
  const TemporaryDirectory folder("windlass-init-");
  write_file_atomically(
      folder.path() / "flyway.conf",
      "flyway.url=jdbc:postgresql://db/shop\nflyway.password=hunter2\nflyway.locations=filesystem:sql\n");
  std::ostringstream out;
  CHECK(run_init({folder.path(), folder.path() / "flyway.conf"}, out) == ExitCode::kDone);
  CHECK(out.str() ==
        "wrote " + (folder.path() / "windlass.yaml").string() +
            "\nnot taken over: line 2: flyway.password: put it into the Secret that passwordSecret "
            "names\nnext: windlass lint " +
            folder.path().string() + "\n");
  CHECK_FALSE(fs::exists(folder.path() / "sql"));
}

TEST_CASE("a flyway.conf whose values are impossible makes no project") {
  const TemporaryDirectory folder("windlass-init-");
  write_file_atomically(folder.path() / "flyway.conf",
                        "flyway.baselineVersion=abc\nflyway.outOfOrder=perhaps\n");
  std::ostringstream out;
  try {
    run_init({folder.path(), folder.path() / "flyway.conf"}, out);
    FAIL("it was taken");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kConfiguration);
    CHECK(std::string(error.what()) == "these settings do not make a valid project");
    CHECK(error.details().find(
              "spec.migration.baselineVersion must be a migration version such as 1 or 2.1, not "
              "\"abc\"") != std::string::npos);
    CHECK(error.details().find("spec.migration.outOfOrder must be true or false, not \"perhaps\"") !=
          std::string::npos);
  }
  CHECK_FALSE(fs::exists(folder.path() / "windlass.yaml"));
}
