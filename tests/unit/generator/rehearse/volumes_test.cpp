#include "generator/rehearse/volumes.hpp"

#include <catch2/catch.hpp>

#include "core/base/error.hpp"
#include "core/base/files.hpp"

using namespace windlass;
using namespace windlass::generator;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

Objects some_objects() {
  Objects objects;
  objects.apply(
      json::parse(R"({"kind": "ConfigMap", "metadata": {"name": "sql-0"}, "data": {"a": "A", "b": "B"}})"));
  objects.apply(json::parse(R"({"kind": "ConfigMap", "metadata": {"name": "sql-1"}, "data": {"c": "C"}})"));
  objects.apply(json::parse(R"({"kind": "Secret", "metadata": {"name": "db"}, "stringData": {"url": "u"}})"));
  return objects;
}

std::optional<std::string> as_it_is(const std::string&, const std::string& bytes) { return bytes; }

class Pod {
 public:
  explicit Pod(const std::string& volumes, const std::string& mounts)
      : spec_(json::parse("{\"volumes\": [" + volumes + "]}")),
        container_(json::parse("{\"name\": \"main\", \"volumeMounts\": [" + mounts + "]}")),
        volumes_(spec_, objects_, folder_.path() / "pod", folder_.path() / "claims") {}

  PathMap mount() { return volumes_.mount(container_); }
  void write(const Translate& translate = as_it_is) { volumes_.write(container_, translate); }
  fs::path folder() const { return folder_.path(); }

 private:
  TemporaryDirectory folder_{"windlass-test-"};
  Objects objects_ = some_objects();
  json spec_;
  json container_;
  Volumes volumes_;
};

std::string fault_of(const std::string& volume) {
  Pod pod(volume, R"({"name": "v", "mountPath": "/v"})");
  try {
    pod.mount();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a projected volume is put together from its shards, as the kubelet lays it out") {
  Pod pod(R"({"name": "sql", "projected": {"sources": [
              {"configMap": {"name": "sql-0", "items": [{"key": "a", "path": "sql/V1__a.sql"}, {"key": "b", "path": "sql/V2__b.sql"}]}},
              {"configMap": {"name": "sql-1", "items": [{"key": "c", "path": "more/V3__c.sql"}]}},
              {"secret": {"name": "db"}}]}})",
          R"({"name": "sql", "mountPath": "/windlass/sql/"})");
  const fs::path folder = pod.mount().outside("/windlass/sql");
  pod.write();
  CHECK(read_file(folder / "sql/V1__a.sql", 10) == "A");
  CHECK(read_file(folder / "more/V3__c.sql", 10) == "C");
  CHECK(read_file(folder / "url", 10) == "u");
  CHECK(fs::is_symlink(folder / "..data"));
  CHECK(fs::read_symlink(folder / "sql") == "..data/sql");
}

TEST_CASE("ConfigMap and Secret volumes hold all keys, or the items that are asked for") {
  Pod pod(
      R"({"name": "all", "configMap": {"name": "sql-0"}},
             {"name": "some", "secret": {"secretName": "db", "items": [{"key": "url", "path": "database-url"}]}},
             {"name": "none", "configMap": {"name": "missing", "optional": true}})",
      R"({"name": "all", "mountPath": "/all"}, {"name": "some", "mountPath": "/some"}, {"name": "none", "mountPath": "/none"})");
  const auto paths = pod.mount();
  pod.write();
  CHECK(read_file(paths.outside("/all/b"), 10) == "B");
  CHECK(read_file(paths.outside("/some/database-url"), 10) == "u");
  CHECK(fs::is_directory(paths.outside("/none")));
}

TEST_CASE("files are translated on their way, or left out") {
  Pod pod(R"({"name": "v", "configMap": {"name": "sql-0"}})", R"({"name": "v", "mountPath": "/v"})");
  const auto paths = pod.mount();
  pod.write([](const std::string& path, const std::string& bytes) -> std::optional<std::string> {
    return path == "a" ? std::nullopt : std::optional(bytes + "!");
  });
  CHECK_FALSE(fs::exists(paths.outside("/v/a")));
  CHECK(read_file(paths.outside("/v/b"), 10) == "B!");
}

TEST_CASE("an emptyDir lives with the pod, a claim with the cluster") {
  Pod pod(
      R"({"name": "tmp", "emptyDir": {}}, {"name": "backup", "persistentVolumeClaim": {"claimName": "backups"}})",
      R"({"name": "tmp", "mountPath": "/tmp"}, {"name": "backup", "mountPath": "/backup", "subPath": "db"})");
  const auto paths = pod.mount();
  CHECK(fs::is_directory(paths.outside("/tmp")));
  CHECK(paths.outside("/tmp").starts_with((pod.folder() / "pod").string()));
  CHECK(paths.outside("/backup") == (pod.folder() / "claims/backups/db").string());
}

TEST_CASE("what a pod would wait for, and what a rehearsal cannot make, is said before anything starts") {
  CHECK(fault_of(R"({"name": "v", "configMap": {"name": "none"}})") == "configmap \"none\" not found");
  CHECK(fault_of(R"({"name": "v", "secret": {"secretName": "none"}})") == "secret \"none\" not found");
  CHECK(fault_of(R"({"name": "v", "configMap": {"name": "sql-0", "items": [{"key": "x", "path": "x"}]}})") ==
        "configmap \"sql-0\" has no key x");
  CHECK(
      fault_of(R"({"name": "v", "configMap": {"name": "sql-0", "items": [{"key": "a", "path": "../x"}]}})") ==
      "a volume's path \"../x\" must stay inside the volume");
  CHECK(fault_of(R"({"name": "v", "image": {"reference": "x"}})") ==
        "a rehearsal cannot make the volume \"v\"");
  CHECK(fault_of(R"({"name": "v", "projected": {"sources": [{"serviceAccountToken": {}}]}})") ==
        "a rehearsal cannot make the projection serviceAccountToken");
  CHECK(fault_of(R"({"name": "other", "emptyDir": {}})") == "the pod has no volume \"v\"");
}
