#include "generator/manifests/kustomize.hpp"

#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "core/base/error.hpp"
#include "core/contract/labels.hpp"
#include "generator/tree/emit.hpp"

namespace windlass::generator {
namespace {

namespace fs = std::filesystem;

Manifest manifest(std::string path, Members members, const project::Project& project) {
  std::string text = emit_yaml(members, first_line(project) + "\n");
  return {std::move(path), Tree(std::move(members)), std::move(text)};
}

// Keeps the order of `resources` in what kustomize builds.
Members kustomization(List resources) {
  return {{"apiVersion", "kustomize.config.k8s.io/v1beta1"},
          {"kind", "Kustomization"},
          {"sortOptions", Members{{"order", "fifo"}}},
          {"resources", std::move(resources)}};
}

List paths_of(const std::vector<Manifest>& objects) {
  List paths;
  for (const auto& object : objects) paths.emplace_back(object.path);
  return paths;
}

void erase_member(Tree* map, std::string_view key) {
  if (map == nullptr || map->members() == nullptr) return;
  Members members = *map->members();
  std::erase_if(members, [&](const Member& member) { return member.key == key; });
  *map = std::move(members);
}

// The object without what an overlay gives back to it.
Members neutral(const Manifest& object) {
  Tree tree = object.tree;
  erase_member(tree.find({"metadata"}), "namespace");
  erase_member(tree.find({"metadata", "labels"}), contract::kEnvironmentLabel);
  return *tree.members();
}

// The neutral form of what every environment has, by path.
std::map<std::string, Members> shared_objects(const std::vector<RenderedEnvironment>& environments) {
  std::map<std::string, Members> shared;
  for (const auto& object : environments.front().rendered.objects) shared[object.path] = neutral(object);
  for (const auto& environment : environments) {
    std::set<std::string> same;
    for (const auto& object : environment.rendered.objects) {
      const auto found = shared.find(object.path);
      if (found != shared.end() && found->second == neutral(object)) same.insert(object.path);
    }
    std::erase_if(shared, [&](const auto& entry) { return same.count(entry.first) == 0; });
  }
  return shared;
}

RenderedFolder base_of(const std::map<std::string, Members>& shared, const RenderedEnvironment& any) {
  RenderedFolder base{"base", any.project, {any.rendered.target, {}, {}, {}}};
  base.project.environment.clear();
  for (const auto& [path, members] : shared) {
    base.rendered.objects.push_back(manifest(path, members, base.project));
  }
  add_kustomization(base.rendered, base.project);
  return base;
}

RenderedFolder overlay_of(const RenderedEnvironment& environment,
                          const std::map<std::string, Members>& shared) {
  const auto& project = environment.project;
  RenderedFolder overlay{fs::path("overlays") / project.environment, project, environment.rendered};
  auto& rendered = overlay.rendered;
  std::erase_if(rendered.objects, [&](const Manifest& object) { return shared.count(object.path) > 0; });
  List resources = {"../../base"};
  for (auto& path : paths_of(rendered.objects)) resources.push_back(std::move(path));
  Members members = kustomization(std::move(resources));
  members.push_back({"namespace", project.kubernetes.namespace_name});
  members.push_back(
      {"labels",
       List{Members{{"pairs", Members{{std::string(contract::kEnvironmentLabel), project.environment}}}}}});
  rendered.extras = {manifest("kustomization.yaml", std::move(members), project)};
  return overlay;
}

}  // namespace

void add_kustomization(Rendered& rendered, const project::Project& project) {
  rendered.extras = {manifest("kustomization.yaml", kustomization(paths_of(rendered.objects)), project)};
}

std::vector<RenderedFolder> make_overlays(const std::vector<RenderedEnvironment>& environments) {
  const auto shared = shared_objects(environments);
  auto base = base_of(shared, environments.front());
  std::vector<RenderedFolder> folders = {{"", base.project, {base.rendered.target, {}, {}, {}}}};
  folders.push_back(std::move(base));
  for (const auto& environment : environments) folders.push_back(overlay_of(environment, shared));
  return folders;
}

void refuse_other_overlays(const fs::path& output, const std::vector<RenderedFolder>& folders) {
  std::set<fs::path> wanted;
  for (const auto& folder : folders) wanted.insert(output / folder.path);
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(output / "overlays", none)) {
    if (wanted.count(entry.path()) > 0 || !fs::exists(entry.path() / "kustomization.yaml")) continue;
    throw Error(ExitCode::kConfiguration,
                fmt::format("{} is an overlay on the same base", entry.path().string()),
                "Render its environment with the others, or remove the folder.");
  }
}

}  // namespace windlass::generator
