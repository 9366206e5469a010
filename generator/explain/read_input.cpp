#include "generator/explain/read_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <istream>
#include <iterator>
#include <system_error>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "generator/render/read/read_manifests.hpp"

namespace windlass::generator::explain {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = 64U << 20U;

// A file that makes a folder something else than manifests, and what makes manifests of it.
struct Source {
  std::string_view file;
  std::string_view what;
  std::string_view render;  // {}: the folder
};

constexpr std::array<Source, 4> kSources = {{
    {"Chart.yaml", "a chart", "helm template {} | windlass explain - --as helm"},
    {"kustomization.yaml", "a kustomization", "kustomize build {} | windlass explain - --as argocd"},
    {"kustomization.yml", "a kustomization", "kustomize build {} | windlass explain - --as argocd"},
    {"windlass.yaml", "a project", "windlass render {} --env NAME --target argocd -o - | windlass explain -"},
}};

constexpr std::array<std::string_view, 15> kClusterKinds = {"Namespace",
                                                            "Node",
                                                            "PersistentVolume",
                                                            "StorageClass",
                                                            "ClusterRole",
                                                            "ClusterRoleBinding",
                                                            "CustomResourceDefinition",
                                                            "PriorityClass",
                                                            "IngressClass",
                                                            "APIService",
                                                            "MutatingWebhookConfiguration",
                                                            "ValidatingWebhookConfiguration",
                                                            "ClusterSecretStore",
                                                            "PodSecurityPolicy",
                                                            "RuntimeClass"};

void refuse_sources(const fs::path& folder) {
  for (const auto& source : kSources) {
    if (!fs::exists(folder / source.file)) continue;
    throw Error(ExitCode::kUsage, fmt::format("{} holds {}, not manifests", folder.string(), source.what),
                fmt::format("Render it: {}", fmt::format(fmt::runtime(source.render), folder.string())));
  }
}

std::vector<fs::path> files_of(const fs::path& folder) {
  refuse_sources(folder);
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_directory()) refuse_sources(entry.path());
    const auto suffix = entry.path().extension();
    const bool manifest = suffix == ".yaml" || suffix == ".yml" || suffix == ".json";
    if (manifest && entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string fault_of(const PlacedManifest& manifest) {
  const auto& body = manifest.body;
  const auto name = text_at(body, "/metadata/name") + text_at(body, "/metadata/generateName");
  for (const auto* key : {"/apiVersion", "/kind"}) {
    if (text_at(body, key).empty()) return fmt::format("no Kubernetes object: it has no {}", key + 1);
  }
  return name.empty() ? "no Kubernetes object: it has no metadata.name" : "";
}

Object object_of(PlacedManifest manifest, const std::string& space) {
  Object object;
  const auto version = text_at(manifest.body, "/apiVersion");
  const auto slash = version.find('/');
  object.group = slash == std::string::npos ? "" : version.substr(0, slash);
  object.kind = text_at(manifest.body, "/kind");
  object.name = text_at(manifest.body, "/metadata/name");
  object.generated = object.name.empty();
  if (object.generated) object.name = text_at(manifest.body, "/metadata/generateName");
  const bool of_cluster =
      std::find(kClusterKinds.begin(), kClusterKinds.end(), object.kind) != kClusterKinds.end();
  auto& metadata = manifest.body["metadata"];
  if (!of_cluster && !space.empty() && !metadata.contains("namespace")) metadata["namespace"] = space;
  object.space = text_at(manifest.body, "/metadata/namespace");
  object.body = std::move(manifest.body);
  object.places = std::move(manifest.places);
  return object;
}

class Reader {
 public:
  explicit Reader(std::string space) : space_(std::move(space)) {}

  void add_folder(const fs::path& folder) {
    try {
      for (const auto& file : files_of(folder)) add_file(file);
    } catch (const fs::filesystem_error& error) {
      add_fault(fmt::format("{} cannot be read: {}\n", error.path1().string(), error.code().message()));
    }
  }

  void add_file(const fs::path& path) {
    const auto file = path.lexically_normal().string();
    try {
      add_text(read_file(path, kLargestFile), file);
    } catch (const Error& error) {
      add_fault(fmt::format("{}\n", error.what()));
    }
  }

  void add_text(const std::string& text, const std::string& file) {
    input_.lines[file] = split(text, '\n');
    try {
      for (auto& manifest : read_placed_manifests(text, file)) add(std::move(manifest));
    } catch (const Error& error) {
      const bool is_template = text.find("{{") != std::string::npos;
      const auto help = is_template ? "  help: This looks like a template: render it first.\n" : "";
      add_fault(fmt::format("{}\n{}", error.what(), help));
    }
  }

  Input result() {
    if (fault_count_ > 0) {
      throw Error(ExitCode::kInvalidScripts,
                  fmt::format("{} cannot be explained", counted(fault_count_, "document")),
                  "Name only files and folders that hold Kubernetes objects.")
          .with_details(faults_);
    }
    if (input_.objects.empty()) {
      throw Error(ExitCode::kInvalidScripts, "there is no Kubernetes object to explain",
                  "A folder is searched for .yaml, .yml and .json; - reads stdin.");
    }
    return std::move(input_);
  }

 private:
  void add(PlacedManifest manifest) {
    const auto fault = fault_of(manifest);
    if (fault.empty()) {
      input_.objects.push_back(object_of(std::move(manifest), space_));
      return;
    }
    add_fault(fmt::format("{}: {}\n", to_string(manifest.places[""]), fault));
  }

  void add_fault(const std::string& text) {
    faults_ += text;
    ++fault_count_;
  }

  std::string space_;
  Input input_;
  std::string faults_;
  std::size_t fault_count_ = 0;
};

}  // namespace

Input read_input(const std::vector<std::string>& paths, const std::string& space, std::istream& in) {
  Reader reader(space);
  for (const auto& path : paths) {
    if (path == "-") {
      reader.add_text({std::istreambuf_iterator<char>(in), {}}, "stdin");
    } else if (std::error_code fault; fs::is_directory(path, fault)) {
      reader.add_folder(path);
    } else {
      reader.add_file(path);
    }
  }
  return reader.result();
}

}  // namespace windlass::generator::explain
