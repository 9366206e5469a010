#include "generator/plan/script_files.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "core/base/files.hpp"
#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {
namespace {

class Folder {
 public:
  Folder() : folder_("windlass-test-") {}

  void add(const std::string& path, const std::string& bytes) const {
    write_file_atomically(folder_.path() / path, bytes);
  }

  project::Project project() const {
    auto project = sample_project();
    project.file = (folder_.path() / "windlass.yaml").string();
    return project;
  }

  // Paths below the mounts, scripts first.
  static std::vector<std::string> paths(const std::vector<MountedFile>& files) {
    std::vector<std::string> paths;
    for (const auto& file : files) paths.push_back(file.path);
    return paths;
  }

  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TemporaryDirectory folder_;
};

using Paths = std::vector<std::string>;
using Folders = std::vector<ScriptFolder>;

}  // namespace

TEST_CASE("scripts keep their paths below their location, and bring their .conf files") {
  const Folder folder;
  folder.add("sql/V1__a.sql", "select 1;\n");
  folder.add("sql/sub/V2__b.sql", "select 2;\n");
  folder.add("sql/sub/V2__b.sql.conf", "executeInTransaction=false\n");
  folder.add("sql/R__view.sql", "select 3;\n");
  folder.add("sql/README.md", "no script");
  folder.add("sql/.hidden/V9__x.sql", "select 9;\n");
  folder.add("verify/a.sql", "select 1 where false;\n");
  folder.add("verify/deep/b.sql", "select 1 where false;\n");
  folder.add("verify/note.txt", "no query");
  const auto project = folder.project();
  const auto files = read_database_files(project, project.databases[0]);
  CHECK(files.diagnostics.empty());
  CHECK(Folder::paths(files.scripts) ==
        Paths{"sql/V1__a.sql", "sql/sub/V2__b.sql", "sql/sub/V2__b.sql.conf", "sql/R__view.sql"});
  CHECK(files.scripts[2].bytes == "executeInTransaction=false\n");
  CHECK(files.locations == Folders{{"sql", "sql"}});
  CHECK(Folder::paths(files.queries) == Paths{"verify/a.sql", "verify/deep/b.sql"});
  CHECK(files.verify_locations == Folders{{"verify", "verify"}});
  CHECK(files.head_version == "2");
  CHECK(files.set_digest.size() == 64);
}

TEST_CASE("the head is where a migration with the project's target ends") {
  const Folder folder;
  for (const auto* name : {"V1__a", "V2__b", "V10__c", "U10__c", "R__d"}) {
    folder.add(std::string("sql/") + name + ".sql", "select 1;\n");
  }
  auto project = folder.project();
  const auto [target, head] = GENERATE(table<std::string, std::string>({{"latest", "10"},
                                                                        {"2", "2"},
                                                                        {"9.9", "2"},
                                                                        {"99", "10"},
                                                                        {"0.1", ""},
                                                                        {"current", ""},
                                                                        {"next", ""}}));
  project.migration.settings = {{"target", target}};
  CHECK(read_database_files(project, project.databases[0]).head_version == head);
}

TEST_CASE("locations outside the project get folders of their own") {
  const Folder folder;
  folder.add("app/own/V1__a.sql", "select 1;\n");
  folder.add("own/V2__b.sql", "select 2;\n");
  auto project = folder.project();
  project.file = (folder.path() / "app/windlass.yaml").string();
  project.databases[0].scripts.locations = {"own", "../own"};
  const auto files = read_database_files(project, project.databases[0]);
  CHECK(to_text(files.diagnostics).empty());
  CHECK(Folder::paths(files.scripts) == Paths{"own/V1__a.sql", "own-2/V2__b.sql"});
  CHECK(files.locations == Folders{{"own", "own"}, {"own-2", "../own"}});
}

TEST_CASE("a database without a single script is an error") {
  const Folder folder;
  folder.add("sql/notes.md", "nothing here");
  const auto project = folder.project();
  const auto files = read_database_files(project, project.databases[0]);
  CHECK(to_text(files.diagnostics) ==
        project.file +
            ": error: database main has no migration scripts in sql\n"
            "  help: Add a script such as V1__create_orders.sql, or correct scripts.locations.\n");
}

TEST_CASE("a verify folder that was named must exist, the default one need not") {
  const Folder folder;
  folder.add("sql/V1__a.sql", "select 1;\n");
  auto project = folder.project();
  CHECK(read_database_files(project, project.databases[0]).diagnostics.empty());
  project.databases[0].scripts.verify = {"checks"};
  const auto diagnostics = read_database_files(project, project.databases[0]).diagnostics;
  CHECK(to_text(diagnostics) == (folder.path() / "checks/").string() +
                                    ": error: this folder of verify queries does not exist\n"
                                    "  help: Create it, or correct scripts.verify.\n");
}

TEST_CASE("the project's settings decide which files are scripts") {
  const Folder folder;
  folder.add("sql/M1-first.psql", "select 1;\n");
  auto project = folder.project();
  project.migration.settings = {
      {"sql-migration-prefix", "M"}, {"sql-migration-separator", "-"}, {"sql-migration-suffixes", ".psql"}};
  const auto files = read_database_files(project, project.databases[0]);
  CHECK(Folder::paths(files.scripts) == Paths{"sql/M1-first.psql"});

  project.migration.settings["placeholder-replacement"] = "false";
  project.migration.placeholders = {{"Schema", "shop"}};
  const auto rules = set_rules(project);
  CHECK_FALSE(rules.placeholders.enabled);
  CHECK(rules.placeholders.values.at("schema") == "shop");
  CHECK(rules.fail_on_missing_location);
}

TEST_CASE("what is marked contract is known, and does not count for the version that the application needs") {
  const Folder folder;
  folder.add("sql/V1__a.sql", "select 1;\n");
  folder.add("sql/V2__b.sql", "-- windlass: contract\nselect 2;\n");
  const auto project = folder.project();
  const auto files = read_database_files(project, project.databases[0]);
  CHECK(files.has_contract);
  CHECK(files.head_version == "2");
  CHECK(files.expand_version == "1");
}

}  // namespace windlass::generator
