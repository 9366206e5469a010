#include "generator/explain/pods.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/text.hpp"

namespace windlass::generator::explain {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 3> kWorkloads = {"Deployment", "StatefulSet", "DaemonSet"};
constexpr std::array<std::string_view, 4> kBackupWords = {"backup", "dump", "snapshot", "archive"};
constexpr std::array<std::string_view, 4> kVerifyWords = {"verify", "check", "smoke", "validat"};
constexpr std::array<std::string_view, 11> kMigrateWords = {"migrat",  "flyway", "liquibase", "alembic",
                                                            "goose",   "dbmate", "sqitch",    "prisma",
                                                            "drizzle", "knex",   "schema"};

template <typename Words>
bool has_any(std::string_view text, const Words& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](auto word) { return text.find(word) != std::string_view::npos; });
}

class References {
 public:
  void add(std::string_view kind, const json& holder, const std::string& key, const std::string& pointer) {
    const auto name = text_at(holder, "/" + key);
    const bool known = std::any_of(found_.begin(), found_.end(),
                                   [&](const auto& each) { return each.kind == kind && each.name == name; });
    if (!name.empty() && !known && !is_true(holder, "/optional")) found_.push_back({kind, name, pointer});
  }

  std::vector<Reference> take() { return std::move(found_); }

 private:
  std::vector<Reference> found_;
};

const json& part(const json& body, const std::string& pointer) {
  static const json kNothing;
  const auto* found = find(body, pointer);
  return found == nullptr ? kNothing : *found;
}

void add_environment(const Container& container, References& references) {
  const auto from = items_at(container.body, "/envFrom");
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto pointer = fmt::format("{}/envFrom/{}", container.pointer, i);
    references.add("ConfigMap", part(from[i], "/configMapRef"), "name", pointer);
    references.add("Secret", part(from[i], "/secretRef"), "name", pointer);
  }
  const auto variables = items_at(container.body, "/env");
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const auto pointer = fmt::format("{}/env/{}", container.pointer, i);
    references.add("ConfigMap", part(variables[i], "/valueFrom/configMapKeyRef"), "name", pointer);
    references.add("Secret", part(variables[i], "/valueFrom/secretKeyRef"), "name", pointer);
  }
}

void add_volume(const json& volume, const std::string& pointer, References& references) {
  references.add("ConfigMap", part(volume, "/configMap"), "name", pointer);
  references.add("Secret", part(volume, "/secret"), "secretName", pointer);
  references.add("PersistentVolumeClaim", part(volume, "/persistentVolumeClaim"), "claimName", pointer);
  for (const auto& source : items_at(volume, "/projected/sources")) {
    references.add("ConfigMap", part(source, "/configMap"), "name", pointer);
    references.add("Secret", part(source, "/secret"), "name", pointer);
  }
}

// The name of the Secret that an operator makes of the object; empty: none.
std::string made_secret(const Object& object) {
  if (object.kind == "SealedSecret") return object.name;
  if (object.kind != "ExternalSecret") return {};
  const auto target = text_at(object.body, "/spec/target/name");
  return target.empty() ? object.name : target;
}

}  // namespace

std::optional<std::string> pod_pointer(const Object& object) {
  if (object.kind == "Pod") return "";
  if (object.kind == "CronJob") return "/spec/jobTemplate/spec/template";
  const bool has_template = object.kind == "Job" || object.kind == "ReplicaSet" || is_workload(object);
  return has_template ? std::optional<std::string>("/spec/template") : std::nullopt;
}

std::vector<Container> containers_of(const Object& object) {
  std::vector<Container> containers;
  const auto pod = pod_pointer(object);
  if (!pod) return containers;
  for (const bool init : {true, false}) {
    const auto list = *pod + (init ? "/spec/initContainers" : "/spec/containers");
    auto items = items_at(object.body, list);
    for (std::size_t i = 0; i < items.size(); ++i) {
      containers.push_back({fmt::format("{}/{}", list, i), std::move(items[i]), init});
    }
  }
  return containers;
}

std::vector<Reference> references_of(const Object& object) {
  References references;
  const auto pod = pod_pointer(object);
  if (!pod) return {};
  const auto& spec = part(object.body, *pod + "/spec");
  if (text_at(spec, "/serviceAccountName") != "default") {
    references.add("ServiceAccount", spec, "serviceAccountName", *pod + "/spec/serviceAccountName");
  }
  for (const auto& container : containers_of(object)) add_environment(container, references);
  const auto volumes = items_at(spec, "/volumes");
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    add_volume(volumes[i], fmt::format("{}/spec/volumes/{}", *pod, i), references);
  }
  return references.take();
}

Providers::Providers(const std::vector<Object>& objects) {
  for (Index i = 0; i < objects.size(); ++i) {
    const auto& object = objects[i];
    objects_.emplace(Key(object.kind, object.name, object.space), i);
    if (const auto secret = made_secret(object); !secret.empty()) {
      makers_.emplace(Key("Secret", secret, object.space), i);
    }
  }
}

std::optional<Index> Providers::of(const Object& user, const Reference& reference) const {
  const Key key(reference.kind, reference.name, user.space);
  for (const auto* known : {&objects_, &makers_}) {
    if (const auto found = known->find(key); found != known->end()) return found->second;
  }
  return std::nullopt;
}

bool is_workload(const Object& object) {
  return std::find(kWorkloads.begin(), kWorkloads.end(), object.kind) != kWorkloads.end();
}

bool is_database_proxy(const std::string& image) {
  constexpr std::array<std::string_view, 3> kProxies = {"cloud-sql-proxy", "cloudsql-docker/gce-proxy",
                                                        "alloydb-auth-proxy"};
  return has_any(image, kProxies);
}

Task task_of(const Object& job) {
  if (job.kind != "Job") return Task::kOther;
  const auto name = to_lower(job.name);
  if (has_any(name, kBackupWords)) return Task::kBackup;
  if (has_any(name, kVerifyWords)) return Task::kVerify;
  std::string said = name;
  for (const auto& container : containers_of(job)) {
    said += " " + text_at(container.body, "/image") + " " + text_at(container.body, "/name");
    for (const auto* list : {"/command", "/args"}) {
      for (const auto& word : items_at(container.body, list)) {
        if (word.is_string()) said += " " + word.get<std::string>();
      }
    }
  }
  return has_any(to_lower(said), kMigrateWords) ? Task::kMigrate : Task::kOther;
}

}  // namespace windlass::generator::explain
