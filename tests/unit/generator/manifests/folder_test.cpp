#include "generator/manifests/folder.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {
namespace {

namespace fs = std::filesystem;

// An output folder that the sample project has been rendered into.
class Output {
 public:
  Output() : folder_("windlass-test-") { update(); }

  fs::path operator/(const std::string& path) const { return folder_.path() / path; }
  const fs::path& path() const { return folder_.path(); }
  void write(const std::string& path, const std::string& text) const {
    write_file_atomically(*this / path, text);
  }

  FolderChanges compare(const project::Project& project = sample_project()) {
    rendered_ = sample_render(project);
    return compare_folder(folder_.path(), rendered_, project);
  }

  void update(const project::Project& project = sample_project()) {
    update_folder(folder_.path(), compare(project));
  }

  std::string fault(const project::Project& project = sample_project()) {
    try {
      compare(project);
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::kConfiguration);
      return error.what() + std::string(" | ") + error.hint();
    }
    return "no fault";
  }

 private:
  TemporaryDirectory folder_;
  Rendered rendered_;
};

constexpr const char* kMarker = "40-sync-configmap-storefront-migration-set.yaml";

}  // namespace

TEST_CASE("a folder that was just rendered needs no change") {
  Output out;
  const auto changes = out.compare();
  CHECK(changes.none());
  CHECK(changes.unchanged == 10);
  CHECK(fs::is_regular_file(out / "snippets/storefront-guard.yaml.txt"));
}

TEST_CASE("a missing folder is an empty one") {
  const TemporaryDirectory folder("windlass-test-");
  const auto rendered = sample_render();
  const auto changes = compare_folder(folder.path() / "none", rendered, sample_project());
  CHECK(changes.added.size() == 10);
  CHECK_FALSE(fs::exists(folder.path() / "none"));
}

TEST_CASE("what differs is changed back, what is missing comes, and nothing else is touched") {
  Output out;
  const std::string good = read_file(out / kMarker, 1 << 20);
  out.write(kMarker, good + "extra: true\n");
  fs::remove(out / "snippets/storefront-guard.yaml.txt");
  out.write("kustomization.yaml", "resources: []\n");
  out.write("notes.txt", "mine\n");
  const auto changes = out.compare();
  REQUIRE(changes.changed.size() == 1);
  CHECK(changes.changed[0]->path == kMarker);
  REQUIRE(changes.added.size() == 1);
  CHECK(changes.stale.empty());
  CHECK(diff_folder(out.path(), "", changes)
            .starts_with(std::string("--- a/") + kMarker + "\n+++ b/" + kMarker + "\n"));
  out.update();
  CHECK(out.compare().none());
  CHECK(read_file(out / kMarker, 1 << 20) == good);
  CHECK(read_file(out / "notes.txt", 100) == "mine\n");
  CHECK(read_file(out / "kustomization.yaml", 100) == "resources: []\n");
}

TEST_CASE("a file that an earlier render wrote is stale and goes") {
  Output out;
  auto project = sample_project();
  project.migration.policies.backup_before_upgrade = false;
  const auto changes = out.compare(project);
  CHECK(changes.stale == std::vector<std::string>{"20-presync-job-storefront-backup.yaml"});
  CHECK(diff_folder(out.path(), "", changes)
            .find("--- a/20-presync-job-storefront-backup.yaml\n+++ /dev/null\n") != std::string::npos);
  out.update(project);
  CHECK_FALSE(fs::exists(out / "20-presync-job-storefront-backup.yaml"));
  CHECK(out.compare(project).none());
}

TEST_CASE("a file of somebody else is never overwritten") {
  Output out;
  out.write(kMarker, "kind: ConfigMap\n");
  CHECK(out.fault() ==
        (out / kMarker).string() +
            " is in the way: no render wrote it | Move it away, or render into another folder.");
  CHECK(read_file(out / kMarker, 100) == "kind: ConfigMap\n");
  out.write(kMarker,
            "# rendered by windlass for other, environment prod: change windlass.yaml and render again\n");
  CHECK(out.fault() ==
        (out / kMarker).string() +
            " is in the way: it belongs to another project | Move it away, or render into another "
            "folder.");
}

TEST_CASE("two environments of one project do not share a folder") {
  Output out;
  auto project = sample_project();
  project.environment = "dev";
  CHECK(
      out.fault(project) ==
      out.path().string() +
          " holds another environment of storefront: rendered by windlass for storefront, environment prod: "
          "change windlass.yaml and render again | Render each environment into a folder of its own; a "
          "cluster "
          "would apply both.");
  project.environment.clear();
  CHECK(out.fault(project).find("holds another environment of storefront") != std::string::npos);
}

TEST_CASE("two projects may share a folder, and neither removes what is the other's") {
  Output out;
  auto other = sample_project();
  other.name = "store";
  out.update(other);
  CHECK(out.compare().none());
  CHECK(out.compare(other).none());
  fs::remove(out / "40-sync-configmap-store-migration-set.yaml");
  CHECK(out.compare().none());
}

TEST_CASE("a folder that cannot be written is an error, and a file stays as it was") {
  Output out;
  const std::string old = read_file(out / kMarker, 1 << 20);
  auto project = sample_project();
  project.kubernetes.image = "other:2";
  fs::remove(out / "snippets/storefront-guard.yaml.txt");
  fs::remove(out / "snippets");
  out.write("snippets", "a file where a folder should be\n");
  CHECK_THROWS_AS(out.update(project), Error);
  CHECK(read_file(out / "snippets", 100) == "a file where a folder should be\n");
}

TEST_CASE("files that carry no line of ours are known by the list that does") {
  const TemporaryDirectory place("windlass-test-");
  const fs::path out = place.path() / "chart";
  const auto project = sample_project();
  const auto write = [&](const std::string& path, const std::string& text) {
    write_file_atomically(out / path, text);
  };
  write("rendered.txt",
        first_line(project) + "\nfiles/a.sql\nfiles/gone.sql\n../outside.sql\n/etc/hostname\n");
  write("files/a.sql", "select 1;\n");
  write("files/of_a_person.sql", "select 2;\n");
  write("../outside.sql", "select 3;\n");
  Rendered rendered;
  rendered.extras = {{"files/b.sql", {}, "select 4;\n"},
                     {"rendered.txt", {}, first_line(project) + "\nfiles/b.sql\n"}};
  const auto changes = compare_folder(out, rendered, project);
  CHECK(changes.stale == std::vector<std::string>{"files/a.sql"});
  CHECK(changes.changed.size() == 1);
  CHECK(changes.added.size() == 1);
}

TEST_CASE("a file that is in no list stands in the way of one that has no line of ours") {
  const TemporaryDirectory out("windlass-test-");
  write_file_atomically(out.path() / "Chart.yaml", "name: of-a-person\n");
  Rendered rendered;
  rendered.extras = {{"Chart.yaml", {}, "name: windlass\n"}};
  CHECK_THROWS_WITH(compare_folder(out.path(), rendered, sample_project()),
                    (out.path() / "Chart.yaml").string() + " is in the way: no render wrote it");
}

}  // namespace windlass::generator
