#include "generator/pipeline/pipeline.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "generator/pipeline/kind.hpp"
#include "generator/pipeline/release_script.hpp"
#include "generator/pipeline/shell.hpp"

using namespace windlass;
using namespace windlass::generator;

namespace {

project::Project shop(const std::string& environment) {
  project::Project project;
  project.name = "shop";
  project.environment = environment;
  project.databases.resize(2);
  return project;
}

Pipeline pipeline_of(const std::string& folder, const std::string& image, const Kind& kind) {
  return make_pipeline({shop("prod")},
                       {folder, folder + "/deploy", image, &plain(), std::string(kind.commit_variable)});
}

}  // namespace

TEST_CASE("a word that the shell would read otherwise is quoted") {
  CHECK(shell_word("db/shop-1.x_y") == "db/shop-1.x_y");
  CHECK(shell_word("") == "''");
  CHECK(shell_word("my shop") == "'my shop'");
  CHECK(shell_word("it's $HOME") == "'it'\\''s $HOME'");
}

TEST_CASE("a quoted folder survives Groovy's own quotes") {
  const auto pipeline = pipeline_of("it's", "windlass-ci:1", kJenkins);
  CHECK(pipeline.checks[0].shell.find("lint 'it'\\''s' ") != std::string::npos);
  CHECK(kJenkins.write(pipeline).find("lint 'it'\\\\''s' ") != std::string::npos);
  const auto quotes = pipeline_of("''", "windlass-ci:1", kJenkins);
  const std::string text = kJenkins.write(quotes);
  CHECK(quotes.checks[0].shell.find("'''") != std::string::npos);
  CHECK(text.find("lint '''") == std::string::npos);
}

TEST_CASE("a release may take as long as all Jobs of all its databases") {
  auto project = shop("prod");
  CHECK(release_minutes(project) == 2 * 4 * 30 + 15);
  project.migration.policies.backup_before_upgrade = false;
  project.kubernetes.active_deadline = Milliseconds{90'001};
  CHECK(release_minutes(project) == 2 * 3 * 2 + 15);
}

TEST_CASE("every kind is found by its name, and names its file") {
  for (const auto* kind : kinds()) {
    CHECK(find_kind(kind->name) == kind);
    CHECK(kind->write(pipeline_of(".", "windlass-ci:1", *kind)).find(std::string(kind->file)) !=
          std::string::npos);
  }
  CHECK(find_kind("travis") == nullptr);
}

TEST_CASE("a secret in a shared store is named after its project and environment") {
  const auto pipeline = pipeline_of(".", "windlass-ci:1", kJenkins);
  CHECK(secret_name(pipeline, pipeline.releases[0], "KUBE_CONFIG") == "shop-prod-kube-config");
}
