#include "core/project/keys.hpp"

#include <array>
#include <cctype>
#include <map>
#include <utility>

#include "core/contract/settings.hpp"

namespace windlass::project {
namespace {

using enum Format;
using enum Shape;
constexpr auto kRequired = Needed::kRequired;

// One row per line, to be read as a table.
// clang-format off

// The keys of metadata and spec, without what comes from core/contract.
std::vector<Key> head_keys() {
  return {
      {.path = "apiVersion", .format = kChoice, .help = "The version of this format.", .allowed = {"windlass.dev/v1", "v1"}, .needed = kRequired},
      {.path = "kind", .format = kChoice, .help = "What the file holds.", .allowed = {"ProjectConfig"}, .needed = kRequired},
      {.path = "metadata", .shape = kSection, .help = "Who the project is.", .needed = kRequired},
      {.path = "metadata.name", .format = kProjectName, .help = "Name of the project; rendered objects begin with it.", .needed = kRequired},
      {.path = "metadata.description", .help = "What the project is, for people."},
      {.path = "metadata.labels", .shape = kMap, .format = kLabelValue, .help = "Labels of every rendered object.", .names = kLabelName},
      {.path = "spec", .shape = kSection, .help = "What is migrated, how and where.", .needed = kRequired},
  };
}

std::vector<Key> database_keys() {
  return {
      {.path = "spec.databases", .shape = kSections, .help = "The databases of the project by a name of their own.", .names = kLabel, .needed = kRequired, .overlay = Overlay::kYes},
      {.path = "spec.databases.*.type", .format = kChoice, .fallback = "postgresql", .help = "What kind of server it is.", .allowed = {"postgresql"}, .planned = {"mongodb"}},
      {.path = "spec.databases.*.name", .format = kIdentifier, .help = "Name of the database on the server.", .needed = kRequired},
      {.path = "spec.databases.*.schemas", .shape = kList, .format = kIdentifier, .help = "Schemas that the scripts manage; missing ones are created."},
      {.path = "spec.databases.*.defaultSchema", .format = kIdentifier, .help = "Schema of the history table, first in search_path; by default the first of schemas."},
      {.path = "spec.databases.*.historyTable", .format = kIdentifier, .fallback = "flyway_schema_history", .help = "Name of the history table."},
      {.path = "spec.databases.*.scripts", .shape = kSection, .help = "Where the scripts lie."},
      {.path = "spec.databases.*.scripts.layout", .format = kChoice, .fallback = "flyway", .help = "How the scripts are laid out.", .allowed = {"flyway"}, .planned = {"versions", "drizzle", "migrate-mongo", "command"}},
      {.path = "spec.databases.*.scripts.locations", .shape = kList, .format = kFolder, .fallback = "sql", .help = "Folders that hold the migration scripts."},
      {.path = "spec.databases.*.scripts.verify", .shape = kList, .format = kFolder, .fallback = "verify", .help = "Folders that hold the verify queries."},
      {.path = "spec.databases.*.tenants", .shape = kSection, .help = "One set of scripts for many tenants, each with a schema or a database of its own."},
      {.path = "spec.databases.*.tenants.file", .format = kFolder, .help = "The list of tenants: a name or name=place a line.", .needed = kRequired},
      {.path = "spec.databases.*.tenants.kind", .format = kChoice, .fallback = "schema", .help = "What a tenant has of its own.", .allowed = {"schema", "database"}},
      {.path = "spec.databases.*.tenants.shards", .format = kNumber, .fallback = "1", .help = "Indexes of the Job that the tenants are spread over.", .low = 1, .high = 1000},
      {.path = "spec.databases.*.tenants.parallelism", .format = kNumber, .help = "How many shards run at a time; by default all.", .low = 1, .high = 1000},
      {.path = "spec.databases.*.tenants.deadline", .format = kTimeout, .fallback = "5m", .help = "Longest time that one tenant may take."},
      {.path = "spec.databases.*.connection",
       .shape = kSection,
       .help = "How the hook reaches the database: a Secret with a whole URL, or host, user and password. By "
               "default the key url of the Secret <project>-<database>."},
      {.path = "spec.databases.*.connection.urlSecret", .shape = kSection, .help = "The Secret that holds a PostgreSQL URL."},
      {.path = "spec.databases.*.connection.urlSecret.name", .format = kSubdomain, .help = "Name of the Secret.", .needed = kRequired},
      {.path = "spec.databases.*.connection.urlSecret.key", .format = kDataKey, .fallback = "url", .help = "Key inside the Secret."},
      {.path = "spec.databases.*.connection.directUrlSecret", .shape = kSection, .help = "The Secret that holds a URL past a connection pooler, which all phases but the guard prefer."},
      {.path = "spec.databases.*.connection.directUrlSecret.name", .format = kSubdomain, .help = "Name of the Secret.", .needed = kRequired},
      {.path = "spec.databases.*.connection.directUrlSecret.key", .format = kDataKey, .fallback = "url", .help = "Key inside the Secret."},
      {.path = "spec.databases.*.connection.host", .format = kListWord, .help = "Host name or address of the server."},
      {.path = "spec.databases.*.connection.port", .format = kNumber, .fallback = "5432", .help = "Port of the server.", .low = 1, .high = 65535},
      {.path = "spec.databases.*.connection.user", .format = kWord, .help = "Role to connect as."},
      {.path = "spec.databases.*.connection.guardUser", .format = kWord, .help = "Role that the guard connects as in the application's pod, when it is another one."},
      {.path = "spec.databases.*.connection.userSecret", .shape = kSection, .help = "The Secret that holds the role's name, instead of user."},
      {.path = "spec.databases.*.connection.userSecret.name", .format = kSubdomain, .help = "Name of the Secret.", .needed = kRequired},
      {.path = "spec.databases.*.connection.userSecret.key", .format = kDataKey, .fallback = "username", .help = "Key inside the Secret."},
      {.path = "spec.databases.*.connection.passwordSecret", .shape = kSection, .help = "The Secret that holds the role's password."},
      {.path = "spec.databases.*.connection.passwordSecret.name", .format = kSubdomain, .help = "Name of the Secret.", .needed = kRequired},
      {.path = "spec.databases.*.connection.passwordSecret.key", .format = kDataKey, .fallback = "password", .help = "Key inside the Secret."},
      {.path = "spec.databases.*.connection.sslMode", .format = kChoice, .help = "libpq's sslmode; by default libpq's own.", .allowed = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}},
  };
}

std::vector<Key> reach_keys() {
  return {
      {.path = "spec.databases.*.connection.caConfigMap", .shape = kSection, .help = "The ConfigMap with the authorities that sslMode verify-ca and verify-full trust, such as the bundle of RDS."},
      {.path = "spec.databases.*.connection.caConfigMap.name", .format = kSubdomain, .help = "Name of the ConfigMap, which exists.", .needed = kRequired},
      {.path = "spec.databases.*.connection.caConfigMap.key", .format = kDataKey, .fallback = "ca.crt", .help = "Key inside the ConfigMap."},
      {.path = "spec.databases.*.connection.proxy", .shape = kSection, .help = "An auth proxy beside the hook; the connection goes through it, instead of to a host."},
      {.path = "spec.databases.*.connection.proxy.kind", .format = kChoice, .help = "Which proxy.", .allowed = {"alloydb", "cloudsql"}, .needed = kRequired},
      {.path = "spec.databases.*.connection.proxy.instance", .format = kWord, .help = "AlloyDB: projects/P/locations/R/clusters/C/instances/I. Cloud SQL: project:region:instance.", .needed = kRequired},
      {.path = "spec.databases.*.connection.proxy.network", .format = kChoice, .fallback = "private", .help = "Which address of the instance it takes.", .allowed = {"private", "public", "psc"}},
      {.path = "spec.databases.*.connection.proxy.iamLogin", .format = kBool, .fallback = "false", .help = "Log in by the pod's identity, without a password."},
      {.path = "spec.databases.*.connection.proxy.port", .format = kNumber, .fallback = "5432", .help = "Port that it listens on in the pod.", .low = 1024, .high = 65535},
      {.path = "spec.databases.*.connection.proxy.image", .format = kImage, .help = "Image of the proxy; by default the release that this one was written for."},
      {.path = "spec.databases.*.connection.externalSecret", .shape = kSection, .help = "Render an ExternalSecret, by which the External Secrets Operator makes the Secret that the connection names."},
      {.path = "spec.databases.*.connection.externalSecret.store", .format = kSubdomain, .help = "Name of the store, which exists.", .needed = kRequired},
      {.path = "spec.databases.*.connection.externalSecret.storeKind", .format = kChoice, .fallback = "SecretStore", .help = "Kind of the store.", .allowed = {"SecretStore", "ClusterSecretStore"}},
      {.path = "spec.databases.*.connection.externalSecret.refreshInterval", .format = kSeconds, .fallback = "1h", .help = "How often the Secret is read anew."},
      {.path = "spec.databases.*.connection.externalSecret.data", .shape = kSections, .help = "Keys of the Secret, and what each is in the store.", .names = kDataKey, .needed = kRequired},
      {.path = "spec.databases.*.connection.externalSecret.data.*.remoteKey", .format = kWord, .help = "Name of the secret in the store.", .needed = kRequired},
      {.path = "spec.databases.*.connection.externalSecret.data.*.property", .format = kWord, .help = "Property of it; by default all of it."},
      {.path = "spec.databases.*.connection.externalSecret.data.*.version", .format = kWord, .help = "Version of it; by default the newest."},
      {.path = "spec.databases.*.connection.csi", .shape = kSection, .help = "A volume of the Secrets Store CSI driver that holds the credentials as files."},
      {.path = "spec.databases.*.connection.csi.className", .format = kSubdomain, .help = "A SecretProviderClass that exists; without it one is rendered from provider and parameters."},
      {.path = "spec.databases.*.connection.csi.provider", .format = kChoice, .help = "The driver's provider.", .allowed = {"gcp", "aws", "azure", "vault"}},
      {.path = "spec.databases.*.connection.csi.parameters", .shape = kMap, .help = "The provider's parameters, as it reads them.", .names = kDataKey},
      {.path = "spec.databases.*.connection.csi.urlFile", .format = kDataKey, .help = "File of the volume that holds a PostgreSQL URL."},
      {.path = "spec.databases.*.connection.csi.userFile", .format = kDataKey, .help = "File of the volume that holds the role's name."},
      {.path = "spec.databases.*.connection.csi.passwordFile", .format = kDataKey, .help = "File of the volume that holds the role's password."},
      {.path = "spec.databases.*.connection.vaultAgent", .shape = kSection, .help = "The Vault Agent injector writes the credentials into files before the hook starts."},
      {.path = "spec.databases.*.connection.vaultAgent.role", .format = kWord, .help = "Role of Vault's Kubernetes login.", .needed = kRequired},
      {.path = "spec.databases.*.connection.vaultAgent.path", .format = kVaultPath, .help = "Path of the secret; for the second KV engine with data in it: secret/data/shop.", .needed = kRequired},
      {.path = "spec.databases.*.connection.vaultAgent.authPath", .format = kVaultPath, .help = "Path of the login, when it is not auth/kubernetes."},
      {.path = "spec.databases.*.connection.vaultAgent.urlField", .format = kVariable, .help = "Field of the secret that holds a PostgreSQL URL."},
      {.path = "spec.databases.*.connection.vaultAgent.userField", .format = kVariable, .help = "Field of the secret that holds the role's name."},
      {.path = "spec.databases.*.connection.vaultAgent.passwordField", .format = kVariable, .help = "Field of the secret that holds the role's password."},
  };
}

std::vector<Key> migration_keys() {
  return {
      {.path = "spec.migration", .shape = kSection, .help = "How migrations run.", .overlay = Overlay::kYes},
      {.path = "spec.migration.policies", .shape = kSection, .help = "What must hold before a release goes out."},
      {.path = "spec.migration.policies.requireRollback", .format = kBool, .fallback = "false", .help = "Every versioned script must have its undo script."},
      {.path = "spec.migration.policies.requireValidation", .format = kBool, .fallback = "false", .help = "Every versioned script must have its verify query."},
      {.path = "spec.migration.policies.dryRunFirst", .format = kBool, .fallback = "false", .help = "Show what would be done before doing it."},
      {.path = "spec.migration.policies.backupBeforeUpgrade", .format = kBool, .fallback = "true", .help = "Take a backup before migrations that are pending."},
      {.path = "spec.migration.limits", .shape = kSection, .help = "How long anything may take."},
      {.path = "spec.migration.limits.lockTimeout", .format = kTimeout, .fallback = "2s", .help = "Longest lock_timeout of one attempt; attempts ramp up to it."},
      {.path = "spec.migration.limits.statementTimeout", .format = kDuration, .fallback = "0s", .help = "statement_timeout of a script; 0s is none."},
      {.path = "spec.migration.limits.retries", .format = kNumber, .fallback = "40", .help = "Attempts after a lock timeout or deadlock.", .low = 0, .high = 1000},
      {.path = "spec.migration.limits.deadline", .format = kTimeout, .fallback = "15m", .help = "Longest time that a whole phase may take."},
      {.path = "spec.migration.placeholders", .shape = kMap, .help = "Values of ${name} in scripts.", .names = kPlaceholder},
  };
}

std::vector<Key> run_keys() {
  return {
      {.path = "spec.backup", .shape = kSection, .help = "Where backups go.", .overlay = Overlay::kYes},
      {.path = "spec.backup.retention", .format = kNumber, .fallback = "7", .help = "How many backups of a database are kept.", .low = 1, .high = 10000},
      {.path = "spec.backup.claimName", .format = kSubdomain, .help = "PersistentVolumeClaim that backups are written to; without one they are lost with the pod."},
      {.path = "spec.backup.size", .format = kQuantity, .fallback = "1Gi", .help = "Room for a backup when there is no claim."},
      {.path = "spec.verify", .shape = kSection, .help = "What verify passes over.", .overlay = Overlay::kYes},
      {.path = "spec.verify.allowNotValid", .shape = kList, .format = kListWord, .help = "Constraints that may stay NOT VALID, as table.constraint."},
      {.path = "spec.identity", .shape = kSection, .help = "The cloud identity of the pods, instead of a password.", .overlay = Overlay::kYes},
      {.path = "spec.identity.provider", .format = kChoice, .fallback = "none", .help = "Whose workload identity it is.", .allowed = {"none", "gke", "eks", "aks"}},
      {.path = "spec.identity.binding", .format = kChoice, .fallback = "annotation", .help = "annotation: principal stands on the ServiceAccounts. direct: the cloud binds them by namespace and name (GKE's principal://, EKS Pod Identity).", .allowed = {"annotation", "direct"}},
      {.path = "spec.identity.principal", .format = kWord, .help = "GKE: service account e-mail. EKS: role ARN. AKS: client id."},
  };
}

std::vector<Key> kubernetes_keys() {
  return {
      {.path = "spec.kubernetes", .shape = kSection, .help = "How the rendered objects look.", .overlay = Overlay::kYes},
      {.path = "spec.kubernetes.namespace", .format = kLabel, .fallback = "default", .help = "Namespace of every object."},
      {.path = "spec.kubernetes.image", .format = kImage, .fallback = "windlass:latest", .help = "Image that holds windlass-hook."},
      {.path = "spec.kubernetes.imagePullPolicy", .format = kChoice, .fallback = "IfNotPresent", .help = "When the image is pulled.", .allowed = {"Always", "IfNotPresent", "Never"}},
      {.path = "spec.kubernetes.imagePullSecrets", .shape = kList, .format = kSubdomain, .help = "Secrets for pulling the image."},
      {.path = "spec.kubernetes.serviceAccount", .format = kSubdomain, .help = "ServiceAccount of the pods; by default <project>-migrate."},
      {.path = "spec.kubernetes.createServiceAccount", .format = kBool, .fallback = "true", .help = "Render the ServiceAccount; false: it exists."},
      {.path = "spec.kubernetes.minVersion", .format = kMinVersion, .fallback = "1.29", .help = "Oldest Kubernetes that the manifests must work on."},
      {.path = "spec.kubernetes.labels", .shape = kMap, .format = kLabelValue, .help = "Further labels of every object.", .names = kLabelName},
      {.path = "spec.kubernetes.annotations", .shape = kMap, .help = "Annotations of every object.", .names = kLabelName},
      {.path = "spec.kubernetes.env", .shape = kMap, .help = "Environment variables of the hook's containers.", .names = kVariable},
      {.path = "spec.kubernetes.nodeSelector", .shape = kMap, .format = kLabelValue, .help = "Labels of the nodes that the pods may run on.", .names = kLabelName},
      {.path = "spec.kubernetes.tolerations", .shape = kItems, .help = "Taints that the pods tolerate."},
      {.path = "spec.kubernetes.tolerations.[].key", .format = kLabelName, .help = "Key of the taint; without one every taint."},
      {.path = "spec.kubernetes.tolerations.[].operator", .format = kChoice, .fallback = "Equal", .help = "How key and value are compared.", .allowed = {"Equal", "Exists"}},
      {.path = "spec.kubernetes.tolerations.[].value", .format = kLabelValue, .help = "Value of the taint."},
      {.path = "spec.kubernetes.tolerations.[].effect", .format = kChoice, .help = "Effect of the taint; by default every effect.", .allowed = {"NoSchedule", "PreferNoSchedule", "NoExecute"}},
      {.path = "spec.kubernetes.resources", .shape = kSection, .help = "What the hook's containers need."},
      {.path = "spec.kubernetes.resources.requests", .shape = kMap, .format = kQuantity, .help = "What the scheduler reserves: cpu, memory, ephemeral-storage.", .allowed = {"cpu", "memory", "ephemeral-storage"}, .names = kChoice},
      {.path = "spec.kubernetes.resources.limits", .shape = kMap, .format = kQuantity, .help = "What a container may use: cpu, memory, ephemeral-storage.", .allowed = {"cpu", "memory", "ephemeral-storage"}, .names = kChoice},
      {.path = "spec.kubernetes.securityContext", .shape = kSection, .help = "Who the containers run as; they never run as root."},
      {.path = "spec.kubernetes.securityContext.runAsUser", .format = kNumber, .help = "User id of the containers.", .low = 1, .high = 2147483647},
      {.path = "spec.kubernetes.securityContext.runAsGroup", .format = kNumber, .help = "Group id of the containers.", .low = 0, .high = 2147483647},
      {.path = "spec.kubernetes.securityContext.fsGroup", .format = kNumber, .help = "Group id of the mounted volumes.", .low = 0, .high = 2147483647},
      {.path = "spec.kubernetes.priorityClass", .format = kSubdomain, .help = "PriorityClass of the pods."},
      {.path = "spec.kubernetes.networkPolicy", .shape = kSection, .help = "What the hook pods may talk to."},
      {.path = "spec.kubernetes.networkPolicy.enabled", .format = kBool, .fallback = "false", .help = "Render a NetworkPolicy: name servers, the database or its proxy's server, the identity, and nothing else."},
      {.path = "spec.kubernetes.networkPolicy.databaseCidrs", .shape = kList, .format = kCidr, .help = "Addresses of the database; by default any."},
      {.path = "spec.kubernetes.networkPolicy.databasePorts", .shape = kList, .format = kNumber, .help = "Ports of the database, when a Secret holds them; by default connection.port.", .low = 1, .high = 65535},
      {.path = "spec.kubernetes.mesh", .format = kChoice, .fallback = "none", .help = "The mesh that the hook pods are part of, by a native sidecar; none keeps meshes out.", .allowed = {"none", "istio", "linkerd"}},
      {.path = "spec.kubernetes.helmTimeout", .format = kSeconds, .help = "What helm is called with as --timeout, so that render can say when a Job would outlast it."},
      {.path = "spec.kubernetes.activeDeadline", .format = kSeconds, .fallback = "30m", .help = "Longest time that a Job may take, its retries included."},
      {.path = "spec.kubernetes.ttlAfterFinished", .format = kSeconds, .fallback = "168h", .help = "How long a finished Job is kept."},
      {.path = "spec.kubernetes.terminationGrace", .format = kSeconds, .fallback = "1m", .help = "Time to cancel, roll back and report after a pod is told to stop."},
      {.path = "spec.kubernetes.backoffLimit", .format = kNumber, .fallback = "2", .help = "How often a Job starts another pod.", .low = 0, .high = 100},
  };
}

std::vector<Key> observability_keys() {
  return {
      {.path = "spec.observability", .shape = kSection, .help = "Who is told how migrations went.", .overlay = Overlay::kYes},
      {.path = "spec.observability.alerts", .shape = kSection, .help = "Alerts of Prometheus on the Jobs, from kube-state-metrics."},
      {.path = "spec.observability.alerts.enabled", .format = kBool, .fallback = "false", .help = "Render a PrometheusRule."},
      {.path = "spec.observability.alerts.labels", .shape = kMap, .format = kLabelValue, .help = "Labels of the PrometheusRule, by which a Prometheus finds it.", .names = kLabelName},
      {.path = "spec.observability.alerts.longRunning", .format = kSeconds, .help = "Age of a Job that has not ended; by default half of kubernetes.activeDeadline."},
      {.path = "spec.observability.alerts.failurePercent", .format = kNumber, .fallback = "25", .help = "Share of a week's Jobs that may fail; two have to fail at least.", .low = 1, .high = 99},
      {.path = "spec.observability.alerts.notRunFor", .format = kSeconds, .help = "Time without a migration that succeeded; by default nobody is told."},
      {.path = "spec.observability.dashboard", .shape = kSection, .help = "A dashboard of Grafana on the Jobs, from kube-state-metrics."},
      {.path = "spec.observability.dashboard.enabled", .format = kBool, .fallback = "false", .help = "Render a ConfigMap with the dashboard."},
      {.path = "spec.observability.dashboard.labels", .shape = kMap, .format = kLabelValue, .help = "Labels of the ConfigMap, by which a Grafana finds it; by default grafana_dashboard: \"1\".", .names = kLabelName},
  };
}

std::vector<Key> promotion_keys() {
  return {
      {.path = "spec.dependsOn", .shape = kList, .format = kFolder, .help = "Folders of the projects whose databases go before this one's."},
      {.path = "spec.promotion", .shape = kSection, .help = "How a release goes from one environment to the next."},
      {.path = "spec.promotion.by", .format = kChoice, .fallback = "pipeline", .help = "pipeline: one that `windlass ci` writes syncs one environment after the other. argocd: an ApplicationSet does.", .allowed = {"pipeline", "argocd"}},
      {.path = "spec.promotion.order", .shape = kList, .format = kLabel, .help = "Environments in the order in which a release reaches them; by default every one, in the file's order."},
      {.path = "spec.argocd", .shape = kSection, .help = "Where Argo CD finds the rendered manifests, and where it applies them.", .overlay = Overlay::kYes},
      {.path = "spec.argocd.repoUrl", .format = kWord, .help = "URL of the repository that holds the manifests.", .needed = kRequired},
      {.path = "spec.argocd.revision", .format = kWord, .fallback = "HEAD", .help = "Branch, tag or commit of it."},
      {.path = "spec.argocd.path", .format = kFolder, .fallback = "deploy", .help = "Folder of the repository that holds a folder of manifests for each environment."},
      {.path = "spec.argocd.cluster", .format = kWord, .fallback = "in-cluster", .help = "Name of the cluster, as Argo CD knows it."},
  };
}

std::vector<Key> patch_keys() {
  return {
      {.path = "spec.patches", .shape = kSections, .help = "Changes to rendered objects, by a name of their own and applied in this order: docs/overriding.md.", .names = kLabel, .overlay = Overlay::kYes},
      {.path = "spec.patches.*.target", .shape = kSection, .help = "Which objects: all that is given must hold; {} is every object.", .needed = kRequired},
      {.path = "spec.patches.*.target.kind", .format = kWord, .help = "Kind of the object."},
      {.path = "spec.patches.*.target.name", .format = kWord, .help = "Name of the object; * stands for any text. A Job's may leave out the digits that it ends in."},
      {.path = "spec.patches.*.target.phase", .format = kChoice, .help = "Phase that the object is for.", .allowed = {"backup", "migrate", "verify", "contract", "rollback"}},
      {.path = "spec.patches.*.target.database", .format = kLabel, .help = "Database that the object is for, by its key under spec.databases."},
      {.path = "spec.patches.*.merge", .shape = kData, .help = "A strategic merge patch: maps are merged, null removes, lists merge by the key that Kubernetes has for them."},
      {.path = "spec.patches.*.json", .shape = kItems, .help = "A JSON patch (RFC 6902), instead of merge."},
      {.path = "spec.patches.*.json.[].op", .format = kChoice, .help = "What is done.", .allowed = {"add", "remove", "replace", "move", "copy", "test"}, .needed = kRequired},
      {.path = "spec.patches.*.json.[].path", .format = kWord, .help = "JSON pointer to the place; ~1 stands for a slash in a key, ~0 for a tilde, - for the end of a list.", .needed = kRequired},
      {.path = "spec.patches.*.json.[].from", .format = kWord, .help = "JSON pointer that move and copy take from."},
      {.path = "spec.patches.*.json.[].value", .shape = kAnyData, .help = "Value of add, replace and test."},
  };
}

std::vector<Key> tail_keys() {
  return {
      {.path = "spec.delivery", .shape = kSection, .help = "How the scripts reach the cluster.", .overlay = Overlay::kYes},
      {.path = "spec.delivery.method", .format = kChoice, .fallback = "auto", .help = "What carries the scripts; auto goes by their size.", .allowed = {"auto", "configMap", "image", "copy", "imageVolume", "objectStorage"}},
      {.path = "spec.delivery.image", .format = kImage, .help = "copy, imageVolume: the image that holds the scripts; auto takes it when ConfigMaps cannot hold them. objectStorage: the image that fetches them."},
      {.path = "spec.delivery.path", .format = kImagePath, .fallback = "/migrations", .help = "Folder of the image that stands for the project's folder."},
      {.path = "spec.delivery.command", .shape = kList, .help = "copy, objectStorage: the command that brings what the project's folder holds to $(SCRIPTS); by default copy runs cp."},
      {.path = "spec.compatibilityMatrix", .shape = kSections, .help = "Releases of the application and the way between them: checked, and used by no layout yet.", .names = kRelease},
      {.path = "spec.compatibilityMatrix.*.upgradesTo", .shape = kList, .format = kRelease, .help = "Releases that this one may be upgraded to."},
      {.path = "spec.compatibilityMatrix.*.rollbackTo", .shape = kList, .format = kRelease, .help = "Releases that this one may be rolled back to."},
      {.path = "spec.environments",
       .shape = kOverlays,
       .help = "What differs, by environment: any of databases, migration, backup, verify, identity, "
               "kubernetes, observability, argocd, patches and delivery. Maps are merged by key; a list or a value "
               "replaces.",
       .names = kLabel},
  };
}

// clang-format on

// The settings of core/contract that a project may fix, and the format where it is narrower than their kind.
struct SettingKey {
  std::string_view parent, setting;
  std::optional<Format> format = std::nullopt;
};

constexpr std::array kSettingKeys{
    SettingKey{"spec.migration.limits.", "connect-timeout", kTimeout},
    SettingKey{"spec.migration.limits.", "lock-wait"},
    SettingKey{"spec.migration.limits.", "guard-wait"},
    SettingKey{"spec.migration.limits.", "safety-delay"},
    SettingKey{"spec.migration.", "target"},
    SettingKey{"spec.migration.", "create-schemas"},
    SettingKey{"spec.migration.", "out-of-order"},
    SettingKey{"spec.migration.", "validate-on-migrate"},
    SettingKey{"spec.migration.", "validate-migration-naming"},
    SettingKey{"spec.migration.", "fail-on-missing-locations"},
    SettingKey{"spec.migration.", "ignore-migration-patterns", kStatePattern},
    SettingKey{"spec.migration.", "baseline-version", kVersion},
    SettingKey{"spec.migration.", "baseline-description"},
    SettingKey{"spec.migration.", "baseline-on-migrate"},
    SettingKey{"spec.migration.", "installed-by"},
    SettingKey{"spec.migration.", "encoding"},
    SettingKey{"spec.migration.", "sql-migration-prefix"},
    SettingKey{"spec.migration.", "undo-sql-migration-prefix"},
    SettingKey{"spec.migration.", "repeatable-sql-migration-prefix"},
    SettingKey{"spec.migration.", "baseline-migration-prefix"},
    SettingKey{"spec.migration.", "sql-migration-separator"},
    SettingKey{"spec.migration.", "sql-migration-suffixes"},
    SettingKey{"spec.migration.", "placeholder-replacement"},
    SettingKey{"spec.migration.", "placeholder-prefix"},
    SettingKey{"spec.migration.", "placeholder-suffix"},
    SettingKey{"spec.migration.", "skip-default-callbacks"},
};

Key setting_key(const SettingKey& entry) {
  const SettingRow& row = *find_setting(entry.setting);
  Key key{.path = std::string(entry.parent) + setting_file_key(row.name),
          .fallback = row.default_value,
          .help = std::string(row.help),
          .setting = row.name};
  switch (row.kind) {
    case SettingKind::kBool: key.format = kBool; break;
    case SettingKind::kDuration: key.format = kDuration; break;
    case SettingKind::kList:
      key.shape = Shape::kList;
      key.format = kListWord;
      break;
    default: key.format = kWord;
  }
  if (entry.format) key.format = *entry.format;
  return key;
}

std::string parent_of(const std::string& path) {
  const auto dot = path.rfind('.');
  return dot == std::string::npos ? std::string() : path.substr(0, dot);
}

std::map<std::string, std::vector<const Key*>> children_by_parent() {
  std::map<std::string, std::vector<const Key*>> children;
  for (const auto& key : key_table()) {
    children[parent_of(key.path)].push_back(&key);
    if (key.overlay == Overlay::kYes) children["spec.environments.*"].push_back(&key);
  }
  return children;
}

}  // namespace

std::string_view Key::name() const { return std::string_view(path).substr(path.rfind('.') + 1); }

const std::vector<Key>& key_table() {
  static const auto kTable = [] {
    std::vector<Key> table = head_keys();
    const auto append = [&](std::vector<Key> keys) {
      table.insert(table.end(), std::make_move_iterator(keys.begin()), std::make_move_iterator(keys.end()));
    };
    append(database_keys());
    append(reach_keys());
    append(migration_keys());
    for (const auto& entry : kSettingKeys) table.push_back(setting_key(entry));
    append(run_keys());
    append(kubernetes_keys());
    append(observability_keys());
    append(promotion_keys());
    append(patch_keys());
    append(tail_keys());
    return table;
  }();
  return kTable;
}

const std::vector<const Key*>& keys_below(const std::string& path) {
  static const auto kChildren = children_by_parent();
  static const std::vector<const Key*> kNone;
  const auto found = kChildren.find(path);
  return found == kChildren.end() ? kNone : found->second;
}

std::string snake_case(std::string_view key) {
  std::string result;
  for (const char c : key) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0) {
      result += '_';
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace windlass::project
