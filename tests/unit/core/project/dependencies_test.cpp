#include "core/project/dependencies.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "core/base/files.hpp"
#include "core/project/load.hpp"

namespace windlass::project {
namespace {

namespace fs = std::filesystem;

// Projects in a folder of their own, which goes with it.
class Projects {
 public:
  Projects() {
    std::string pattern = (fs::temp_directory_path() / "windlass-projects-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
  }
  ~Projects() { fs::remove_all(folder_); }

  Projects& add(const std::string& name, const std::string& depends_on) {
    fs::create_directories(folder_ / name);
    write_file_atomically(
        folder_ / name / "windlass.yaml",
        fmt::format("apiVersion: windlass.dev/v1\nkind: ProjectConfig\n"
                    "metadata: {{name: {0}}}\nspec:\n  dependsOn: [{1}]\n"
                    "  backup: {{claimName: backups}}\n  databases: {{main: {{name: {0}}}}}\n",
                    name, depends_on));
    return *this;
  }

  LoadResult load(const std::string& name) const {
    return load_project(folder_ / name / "windlass.yaml", "");
  }
  int rank(const std::string& name) const { return load(name).project.value().rank; }

 private:
  fs::path folder_;
};

}  // namespace

TEST_CASE("a project stands behind the highest of those that it depends on") {
  Projects projects;
  projects.add("users", "").add("stock", "../users").add("mails", "");
  projects.add("orders", "../mails, ../stock, ../users").add("shop", "../orders, ../orders/../orders");
  CHECK(projects.rank("users") == 0);
  CHECK(projects.rank("stock") == 1);
  CHECK(projects.rank("mails") == 0);
  CHECK(projects.rank("orders") == 2);
  CHECK(projects.rank("shop") == 3);
}

TEST_CASE("each of two circles is named once, at the entry that closes it") {
  Projects projects;
  projects.add("a", "../b, ../c").add("b", "../a").add("c", "../d").add("d", "../c");
  const auto loaded = projects.load("a");
  CHECK_FALSE(loaded.project);
  std::vector<std::string> said;
  for (const auto& fault : loaded.diagnostics.list()) {
    const fs::path file = fault.position.file;
    said.push_back(fmt::format("{}:{}:{} {}", file.parent_path().filename().string(), fault.position.line,
                               fault.position.column, fault.message));
  }
  CHECK(said == std::vector<std::string>{"b:5:15 dependsOn goes in a circle: a -> b -> a",
                                         "d:5:15 dependsOn goes in a circle: c -> d -> c"});
}

TEST_CASE("one folder in two spellings is one project") {
  Projects projects;
  projects.add("a", "../b/../a/.");
  const auto loaded = projects.load("a");
  REQUIRE(loaded.diagnostics.list().size() == 1);
  CHECK(loaded.diagnostics.list().front().message == "dependsOn goes in a circle: a -> a");
}

}  // namespace windlass::project
