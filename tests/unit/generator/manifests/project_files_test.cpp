#include "generator/manifests/project_files.hpp"

#include <catch2/catch.hpp>

#include "core/base/error.hpp"
#include "tests/unit/generator/manifests/project_folder.hpp"

namespace windlass::generator {
namespace {

// A project with one script, and what an environment may have of its own.
class Services : public ProjectFolder {
 public:
  Services() {
    add("sql/V1__a.sql", "select 1;\n");
    add("other/V7__a.sql", "select 7;\n");
    add("tenants.txt", "north\n");
  }
};

}  // namespace

TEST_CASE("environments with the same scripts have them read once") {
  Services services;
  ProjectFiles files;
  CHECK(files.of(services.project).front().head_version == "1");
  // Seen by whoever reads: a script that comes while a call renders.
  services.add("sql/V2__b.sql", "select 2;\n");
  auto another = services.project;
  another.environment = "another";
  another.kubernetes.namespace_name = "another";
  CHECK(files.of(another).front().head_version == "1");
  CHECK(read_files(another).front().head_version == "2");
}

TEST_CASE("an environment that says otherwise where its scripts lie or how they are read has its own") {
  Services services;
  ProjectFiles files;
  CHECK(files.of(services.project).front().head_version == "1");
  services.add("sql/V2__b.sql", "select 2;\n");
  auto other = services.project;
  SECTION("a location") {
    other.databases[0].scripts.locations = {"other"};
    CHECK(files.of(other).front().head_version == "7");
  }
  SECTION("a placeholder") {
    other.migration.placeholders["colour"] = "blue";
    CHECK(files.of(other).front().head_version == "2");
  }
  SECTION("a setting") {
    other.migration.settings["target"] = "1";
    CHECK(files.of(other).front().head_version == "1");
    other.migration.settings["target"] = "2";
    CHECK(files.of(other).front().head_version == "2");
  }
  SECTION("a list of tenants") {
    other.databases[0].tenants = project::Tenants{.file = "tenants.txt"};
    CHECK(files.of(other).front().tenants == "north\n");
  }
}

TEST_CASE("scripts that could not be read are read again") {
  Services services;
  services.add("sql/V1.0__twice.sql", "select 1;\n");
  ProjectFiles files;
  CHECK_THROWS_AS(files.of(services.project), Error);
  services.add("sql/V1.0__twice.sql", "");
  CHECK_THROWS_AS(files.of(services.project), Error);
}

}  // namespace windlass::generator
