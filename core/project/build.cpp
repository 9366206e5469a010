#include "core/project/build.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "core/base/text.hpp"
#include "core/project/format.hpp"
#include "core/project/keys.hpp"

namespace windlass::project {
namespace {

std::string text(const Value& section, std::string_view name) {
  const Value* value = section.find(name);
  return value == nullptr ? std::string() : value->text;
}

bool flag(const Value& section, std::string_view name) { return text(section, name) == "true"; }

std::optional<std::int64_t> number(const Value& section, std::string_view name) {
  return parse_number(text(section, name));
}

int count(const Value& section, std::string_view name) {
  return static_cast<int>(number(section, name).value());
}

Milliseconds duration(const Value& section, std::string_view name) {
  return parse_duration(text(section, name)).value();
}

std::vector<std::string> texts(const Value& section, std::string_view name) {
  std::vector<std::string> result;
  if (const Value* list = section.find(name)) {
    for (const Value& item : list->items) result.push_back(item.text);
  }
  return result;
}

Map map_of(const Value& section, std::string_view name) {
  Map result;
  if (const Value* map = section.find(name)) {
    for (const auto& [key, value] : map->members) result[key] = value.text;
  }
  return result;
}

std::optional<SecretKey> secret(const Value& section, std::string_view name) {
  const Value& value = value_at(section, name);
  if (!value.given) return std::nullopt;
  return SecretKey{text(value, "name"), text(value, "key")};
}

ProxyNetwork network_of(const std::string& word) {
  if (word == "public") return ProxyNetwork::kPublic;
  return word == "psc" ? ProxyNetwork::kPsc : ProxyNetwork::kPrivate;
}

std::optional<Proxy> proxy_of(const Value& connection) {
  const Value& value = value_at(connection, "proxy");
  if (!value.given) return std::nullopt;
  return Proxy{text(value, "kind") == "cloudsql" ? ProxyKind::kCloudSql : ProxyKind::kAlloyDb,
               text(value, "instance"),
               network_of(text(value, "network")),
               flag(value, "iamLogin"),
               count(value, "port"),
               text(value, "image")};
}

std::optional<ExternalSecret> external_secret_of(const Value& connection) {
  const Value& value = value_at(connection, "externalSecret");
  if (!value.given) return std::nullopt;
  ExternalSecret secret{
      text(value, "store"), text(value, "storeKind"), duration(value, "refreshInterval"), {}};
  for (const auto& [key, remote] : value_at(value, "data").members)
    secret.data[key] = {text(remote, "remoteKey"), text(remote, "property"), text(remote, "version")};
  return secret;
}

FileFields fields_of(const Value& value, const std::string& suffix) {
  return {text(value, "url" + suffix), text(value, "user" + suffix), text(value, "password" + suffix)};
}

std::optional<CsiSecrets> csi_of(const Value& connection) {
  const Value& value = value_at(connection, "csi");
  if (!value.given) return std::nullopt;
  return CsiSecrets{text(value, "className"), text(value, "provider"), map_of(value, "parameters"),
                    fields_of(value, "File")};
}

std::optional<VaultAgent> vault_agent_of(const Value& connection) {
  const Value& value = value_at(connection, "vaultAgent");
  if (!value.given) return std::nullopt;
  return VaultAgent{text(value, "role"), text(value, "path"), text(value, "authPath"),
                    fields_of(value, "Field")};
}

// Whether the connection's file leaves all of it to the Secret that it has by default.
bool says_nothing(const Connection& connection) {
  const bool from_file = (connection.csi && !connection.csi->files.url.empty()) ||
                         (connection.vault_agent && !connection.vault_agent->fields.url.empty());
  return !connection.url && connection.host.empty() && !from_file;
}

Connection connection_of(const Value& value, const std::string& default_secret) {
  Connection connection;
  connection.url = secret(value, "urlSecret");
  connection.direct_url = secret(value, "directUrlSecret");
  connection.host = text(value, "host");
  connection.port = count(value, "port");
  connection.user = text(value, "user");
  connection.guard_user = text(value, "guardUser");
  connection.user_secret = secret(value, "userSecret");
  connection.password = secret(value, "passwordSecret");
  connection.ssl_mode = text(value, "sslMode");
  const Value& ca = value_at(value, "caConfigMap");
  if (ca.given) connection.ca = {text(ca, "name"), text(ca, "key")};
  connection.proxy = proxy_of(value);
  connection.external_secret = external_secret_of(value);
  connection.csi = csi_of(value);
  connection.vault_agent = vault_agent_of(value);
  if (connection.proxy && !connection.url) {
    connection.host = "127.0.0.1";
    connection.port = connection.proxy->port;
  }
  if (says_nothing(connection)) {
    connection.url = SecretKey{default_secret, text(value_at(value, "urlSecret"), "key")};
  }
  return connection;
}

std::optional<Tenants> tenants_of(const Value& value) {
  if (!value.given) return std::nullopt;
  Tenants tenants;
  tenants.file = text(value, "file");
  tenants.kind = text(value, "kind") == "database" ? TenantKind::kDatabase : TenantKind::kSchema;
  tenants.shards = count(value, "shards");
  tenants.parallelism = value.find("parallelism") == nullptr
                            ? tenants.shards
                            : std::min(count(value, "parallelism"), tenants.shards);
  tenants.deadline = duration(value, "deadline");
  return tenants;
}

Database database_of(const std::string& key, const Value& value, const std::string& project) {
  Database database;
  database.key = key;
  database.type = text(value, "type");
  database.name = text(value, "name");
  database.schemas = texts(value, "schemas");
  database.default_schema = text(value, "defaultSchema");
  database.history_table = text(value, "historyTable");
  const Value& scripts = value_at(value, "scripts");
  database.scripts = {text(scripts, "layout"), texts(scripts, "locations"), texts(scripts, "verify")};
  database.tenants = tenants_of(value_at(value, "tenants"));
  database.connection = connection_of(value_at(value, "connection"), project + "-" + key);
  return database;
}

// What was given of the settings at `path`, by their rows' names.
void collect_settings(const Value& section, const std::string& path, Map& settings) {
  for (const Key* key : keys_below(path)) {
    const Value* value = section.find(key->name());
    if (key->setting.empty() || value == nullptr) continue;
    settings[std::string(key->setting)] =
        key->shape == Shape::kList ? join(texts(section, key->name()), ",") : value->text;
  }
}

Migration migration_of(const Value& value) {
  Migration migration;
  const Value& policies = value_at(value, "policies");
  migration.policies = {flag(policies, "requireRollback"), flag(policies, "requireValidation"),
                        flag(policies, "dryRunFirst"), flag(policies, "backupBeforeUpgrade")};
  const Value& limits = value_at(value, "limits");
  migration.limits = {duration(limits, "lockTimeout"), duration(limits, "statementTimeout"),
                      count(limits, "retries"), duration(limits, "deadline")};
  migration.placeholders = map_of(value, "placeholders");
  collect_settings(value, "spec.migration", migration.settings);
  collect_settings(limits, "spec.migration.limits", migration.settings);
  return migration;
}

IdentityProvider provider_of(const std::string& word) {
  if (word == "gke") return IdentityProvider::kGke;
  if (word == "eks") return IdentityProvider::kEks;
  if (word == "aks") return IdentityProvider::kAks;
  assert(word == "none");
  return IdentityProvider::kNone;
}

std::vector<Toleration> tolerations_of(const Value& kubernetes) {
  std::vector<Toleration> result;
  if (const Value* list = kubernetes.find("tolerations")) {
    for (const Value& item : list->items) {
      result.push_back(
          {text(item, "key"), text(item, "operator"), text(item, "value"), text(item, "effect")});
    }
  }
  return result;
}

Mesh mesh_of(const std::string& word) {
  if (word == "istio") return Mesh::kIstio;
  return word == "linkerd" ? Mesh::kLinkerd : Mesh::kNone;
}

Kubernetes kubernetes_of(const Value& value) {
  Kubernetes kubernetes;
  kubernetes.namespace_name = text(value, "namespace");
  kubernetes.image = text(value, "image");
  kubernetes.image_pull_policy = text(value, "imagePullPolicy");
  kubernetes.image_pull_secrets = texts(value, "imagePullSecrets");
  kubernetes.service_account = text(value, "serviceAccount");
  kubernetes.create_service_account = flag(value, "createServiceAccount");
  kubernetes.min_version = text(value, "minVersion");
  kubernetes.labels = map_of(value, "labels");
  kubernetes.annotations = map_of(value, "annotations");
  kubernetes.env = map_of(value, "env");
  kubernetes.node_selector = map_of(value, "nodeSelector");
  kubernetes.tolerations = tolerations_of(value);
  kubernetes.requests = map_of(value_at(value, "resources"), "requests");
  kubernetes.limits = map_of(value_at(value, "resources"), "limits");
  const Value& context = value_at(value, "securityContext");
  kubernetes.run_as_user = number(context, "runAsUser");
  kubernetes.run_as_group = number(context, "runAsGroup");
  kubernetes.fs_group = number(context, "fsGroup");
  kubernetes.priority_class = text(value, "priorityClass");
  const Value& policy = value_at(value, "networkPolicy");
  kubernetes.network_policy.enabled = flag(policy, "enabled");
  kubernetes.network_policy.database_cidrs = texts(policy, "databaseCidrs");
  for (const auto& port : texts(policy, "databasePorts"))
    kubernetes.network_policy.database_ports.push_back(static_cast<int>(*parse_number(port)));
  kubernetes.mesh = mesh_of(text(value, "mesh"));
  kubernetes.active_deadline = duration(value, "activeDeadline");
  kubernetes.ttl_after_finished = duration(value, "ttlAfterFinished");
  kubernetes.termination_grace = duration(value, "terminationGrace");
  kubernetes.backoff_limit = count(value, "backoffLimit");
  return kubernetes;
}

std::optional<Milliseconds> optional_duration(const Value& section, std::string_view name) {
  if (section.find(name) == nullptr) return std::nullopt;
  return duration(section, name);
}

Alerts alerts_of(const Value& value) {
  return {flag(value, "enabled"), map_of(value, "labels"), optional_duration(value, "longRunning"),
          count(value, "failurePercent"), optional_duration(value, "notRunFor")};
}

Promotion promotion_of(const Value& spec) {
  const Value& value = value_at(spec, "promotion");
  Promotion promotion{text(value, "by") == "argocd" ? Promoter::kArgoCd : Promoter::kPipeline,
                      texts(value, "order")};
  const Value* environments = spec.find("environments");
  if (!promotion.order.empty() || environments == nullptr) return promotion;
  for (const auto& member : environments->members) promotion.order.push_back(member.first);
  return promotion;
}

ArgoCd argocd_of(const Value& value) {
  return {text(value, "repoUrl"), text(value, "revision"), text(value, "path"), text(value, "cluster")};
}

Delivery delivery_of(const Value& value) {
  const auto word = std::find(kDeliveryMethods.begin(), kDeliveryMethods.end(), text(value, "method"));
  assert(word != kDeliveryMethods.end());
  return {static_cast<DeliveryMethod>(word - kDeliveryMethods.begin()), text(value, "image"),
          text(value, "path"), texts(value, "command")};
}

// Google's rule for PostgreSQL: a service account's role is its e-mail without the ending.
void log_in_by_identity(Connection& connection, const Identity& identity) {
  constexpr std::string_view kEnding = ".gserviceaccount.com";
  if (!connection.proxy || !connection.proxy->iam_login || !connection.user.empty() || connection.user_secret)
    return;
  connection.user = identity.principal;
  if (connection.user.ends_with(kEnding)) connection.user.resize(connection.user.size() - kEnding.size());
}

std::optional<Data> optional_data(const Value& section, std::string_view name, const Source& source) {
  const Value* value = section.find(name);
  return value == nullptr ? std::nullopt : std::optional(data_of(*value, source));
}

Patch patch_of(const std::string& name, const Value& value, const Source& source) {
  const Value& target = value_at(value, "target");
  Patch patch{name,
              {text(target, "kind"), text(target, "name"), text(target, "phase"), text(target, "database"),
               source.position(target.offset)},
              optional_data(value, "merge", source),
              {},
              source.position(value.offset)};
  if (const Value* operations = value.find("json")) {
    for (const Value& item : operations->items) {
      patch.json.push_back({text(item, "op"), text(item, "path"), text(item, "from"),
                            optional_data(item, "value", source), source.position(item.offset)});
    }
  }
  return patch;
}

std::vector<Patch> patches_of(const Value& spec, const Source& source) {
  std::vector<Patch> patches;
  if (const Value* named = spec.find("patches")) {
    for (const auto& [name, value] : named->members) patches.push_back(patch_of(name, value, source));
  }
  return patches;
}

}  // namespace

Project build_project(const Value& root, const Source& source) {
  Project project;
  const Value& metadata = value_at(root, "metadata");
  const Value& spec = value_at(root, "spec");
  project.name = text(metadata, "name");
  project.description = text(metadata, "description");
  project.labels = map_of(metadata, "labels");
  for (const auto& [key, value] : value_at(spec, "databases").members) {
    project.databases.push_back(database_of(key, value, project.name));
  }
  project.migration = migration_of(value_at(spec, "migration"));
  const Value& backup = value_at(spec, "backup");
  project.backup = {count(backup, "retention"), text(backup, "claimName"), text(backup, "size")};
  project.verify.allow_not_valid = texts(value_at(spec, "verify"), "allowNotValid");
  const Value& identity = value_at(spec, "identity");
  project.identity = {
      provider_of(text(identity, "provider")), text(identity, "principal"),
      text(identity, "binding") == "direct" ? IdentityBinding::kDirect : IdentityBinding::kAnnotation};
  for (auto& database : project.databases) log_in_by_identity(database.connection, project.identity);
  project.kubernetes = kubernetes_of(value_at(spec, "kubernetes"));
  project.alerts = alerts_of(value_at(spec, "observability.alerts"));
  project.promotion = promotion_of(spec);
  project.argocd = argocd_of(value_at(spec, "argocd"));
  const Value& dashboard = value_at(spec, "observability.dashboard");
  project.dashboard = {flag(dashboard, "enabled"), map_of(dashboard, "labels")};
  project.patches = patches_of(spec, source);
  project.delivery = delivery_of(value_at(spec, "delivery"));
  if (const Value* matrix = spec.find("compatibilityMatrix")) {
    for (const auto& [release, ways] : matrix->members) {
      project.compatibility[release] = {texts(ways, "upgradesTo"), texts(ways, "rollbackTo")};
    }
  }
  return project;
}

}  // namespace windlass::project
