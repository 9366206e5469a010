#include "generator/plan/delivery.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "core/base/digest.hpp"
#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {
namespace {

using project::DeliveryMethod;

// `count` files of `size` bytes that nothing can compress.
DatabaseFiles files_of(std::size_t count, std::size_t size) {
  DatabaseFiles files = sample_files();
  files.scripts.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const std::string path = "sql/V" + std::to_string(i + 1) + "__load.sql";
    std::string bytes;
    while (bytes.size() < size) bytes += sha256_hex(path + std::to_string(bytes.size()));
    bytes.resize(size);
    files.scripts.push_back({path, bytes, path});
  }
  return files;
}

project::Project project_with(DeliveryMethod method, const std::string& image = {},
                              const std::string& min_version = "1.29") {
  auto project = sample_project();
  project.delivery.method = method;
  project.delivery.image = image;
  project.kubernetes.min_version = min_version;
  return project;
}

constexpr std::size_t kLarge = std::size_t{2} << 20U;

}  // namespace

TEST_CASE("a small set goes into ConfigMaps, and that is said with its size") {
  const auto delivery =
      choose_delivery(project_with(DeliveryMethod::kAuto), {sample_files()}, argocd_presync());
  CHECK(delivery.method == DeliveryMethod::kConfigMap);
  CHECK(to_sentence(delivery) == "delivery: configMap, because the scripts take 58 bytes");
  CHECK(delivery.diagnostics.empty());
}

TEST_CASE("what no ConfigMap holds comes by the image that the project names") {
  const auto files = files_of(1, kLarge);
  const auto [version, method] =
      GENERATE(table<std::string, DeliveryMethod>({{"1.29", DeliveryMethod::kCopy},
                                                   {"1.34", DeliveryMethod::kCopy},
                                                   {"1.35", DeliveryMethod::kImageVolume}}));
  const auto delivery =
      choose_delivery(project_with(DeliveryMethod::kAuto, "r/scripts:1", version), {files}, argocd_presync());
  CHECK(delivery.method == method);
  CHECK(to_sentence(delivery) ==
        "delivery: " + std::string(method_name(method)) +
            ", because sql/V1__load.sql: the file has 2.0 MiB, and a ConfigMap holds at most 1023.8 KiB");
}

TEST_CASE("a set that ConfigMaps cannot carry is an error with its size and the choices") {
  const auto method = GENERATE(DeliveryMethod::kAuto, DeliveryMethod::kConfigMap);
  const auto fault = [&](const DatabaseFiles& files, const Target& target) {
    const auto text = to_text(choose_delivery(project_with(method), {files}, target).diagnostics);
    CHECK_THAT(text, Catch::Contains("image (the hook's own image") &&
                         Catch::Contains("copy or imageVolume") && Catch::Contains("objectStorage"));
    return text.substr(0, text.find('\n'));
  };
  CHECK(fault(files_of(1, kLarge), argocd_presync()) ==
        "sql/V1__load.sql: error: the file has 2.0 MiB, and a ConfigMap holds at most 1023.8 KiB");
  CHECK(
      fault(files_of(17, std::size_t{1000} << 10U), argocd_waves()) ==
      "windlass.yaml: error: the scripts take 16.6 MiB, and ConfigMaps carry 16.0 MiB of a project at most");
  CHECK(fault(files_of(16'000, 1), plain()) ==
        "windlass.yaml: error: database main has 16001 files, and a Job has no room for the list of so many");
  CHECK_THAT(fault(files_of(10, 200'000), helm()),
             Catch::StartsWith("windlass.yaml: error: the chart's release would take") &&
                 Catch::Contains("with the scripts in it, and Helm keeps it in a Secret of 1 MiB"));
}

TEST_CASE("what is too much for a chart's release is not too much for Argo CD") {
  const auto files = files_of(10, 200'000);
  const auto project = project_with(DeliveryMethod::kAuto, "r/scripts:1");
  CHECK(choose_delivery(project, {files}, argocd_presync()).method == DeliveryMethod::kConfigMap);
  CHECK(choose_delivery(project, {files}, helm()).method == DeliveryMethod::kCopy);
}

TEST_CASE("a chart with many scripts that compress well is one release") {
  auto files = files_of(1, 1);
  for (int i = 0; i < 20; ++i) {
    const std::string path = "sql/V" + std::to_string(i + 2) + "__load.sql";
    files.scripts.push_back({path, std::string(100'000, 'x'), path});
  }
  CHECK(choose_delivery(project_with(DeliveryMethod::kAuto), {files}, helm()).diagnostics.empty());
}

TEST_CASE("a method that the project names is taken whatever the size") {
  const auto method = GENERATE(DeliveryMethod::kImage, DeliveryMethod::kCopy, DeliveryMethod::kImageVolume,
                               DeliveryMethod::kObjectStorage);
  const auto delivery = choose_delivery(project_with(method, "r/scripts:1"), {files_of(1, kLarge)}, helm());
  CHECK(delivery.method == method);
  CHECK(delivery.diagnostics.empty());
  CHECK(to_sentence(delivery) == "delivery: " + std::string(method_name(method)) + ", as the project says");
}

TEST_CASE("containers find the scripts where the method brings them") {
  auto project = sample_project();
  const ScriptFolder folder{"shared", "db/shared"};
  const auto place = [&](DeliveryMethod method) {
    return folder_in_pod(project, method, "/windlass/sql", folder);
  };
  CHECK(place(DeliveryMethod::kConfigMap) == "/windlass/sql/shared");
  CHECK(place(DeliveryMethod::kImage) == "/migrations/db/shared");
  CHECK(place(DeliveryMethod::kCopy) == "/windlass/sql/db/shared");
  CHECK(place(DeliveryMethod::kObjectStorage) == "/windlass/sql/db/shared");
  CHECK(place(DeliveryMethod::kImageVolume) == "/windlass/sql/migrations/db/shared");
  project.delivery.path = "/";
  CHECK(place(DeliveryMethod::kImage) == "/db/shared");
  CHECK(place(DeliveryMethod::kImageVolume) == "/windlass/sql/db/shared");
}

}  // namespace windlass::generator
