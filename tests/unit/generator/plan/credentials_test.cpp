#include "generator/plan/credentials.hpp"

#include <catch2/catch.hpp>

#include "generator/render/templates.hpp"
#include "generator/tree/emit.hpp"
#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {
namespace {

using project::Connection;
using project::CsiSecrets;
using project::Map;
using project::SecretKey;
using project::VaultAgent;

Connection vault_connection() {
  Connection connection;
  connection.vault_agent =
      VaultAgent{"shop", "secret/data/shop", "auth/cluster", {.url = "", .user = "name", .password = "word"}};
  return connection;
}

}  // namespace

TEST_CASE("a Secret's keys need neither files nor volumes nor annotations") {
  Connection connection;
  connection.url = SecretKey{"shop-db", "url"};
  const auto files = credential_files(connection);
  CHECK((files.url.empty() && files.user.empty() && files.password.empty()));
  CHECK(authorities_file(connection).empty());
  CHECK(credential_volumes(connection, "class").empty());
  CHECK(job_credential_annotations(connection).empty());
}

TEST_CASE("a CSI volume carries the class that is named, or the one that is rendered") {
  Connection connection;
  connection.csi = CsiSecrets{"", "gcp", {{"secrets", "[]"}}, {.url = "", .user = "", .password = "word"}};
  CHECK(credential_files(connection).password == "/windlass/credentials/word");
  CHECK(credential_files(connection).user.empty());
  auto volumes = credential_volumes(connection, "rendered");
  REQUIRE(volumes.size() == 1);
  CHECK(volumes[0].read_only);
  CHECK(volumes[0].source == Members{{"driver", "secrets-store.csi.k8s.io"},
                                     {"readOnly", true},
                                     {"volumeAttributes", Members{{"secretProviderClass", "rendered"}}}});
  connection.csi->class_name = "mine";
  volumes = credential_volumes(connection, "rendered");
  CHECK(text_at(volumes[0].source, {"volumeAttributes", "secretProviderClass"}) == "mine");
  CHECK(secret_provider_class_values(*connection.csi) ==
        Members{{"provider", "gcp"}, {"parameters", Members{{"secrets", "[]"}}}});
}

TEST_CASE("Vault's agent runs before every container, with a token of its own, and goes again") {
  const auto connection = vault_connection();
  CHECK(credential_files(connection).user == "/vault/secrets/database-user");
  CHECK(credential_files(connection).password == "/vault/secrets/database-password");
  CHECK(credential_files(connection).url.empty());
  const Map job = job_credential_annotations(connection);
  CHECK(job.at("vault.hashicorp.com/agent-init-first") == "true");
  CHECK(job.at("vault.hashicorp.com/agent-pre-populate-only") == "true");
  CHECK(job.at("vault.hashicorp.com/auth-path") == "auth/cluster");
  CHECK(job.at("vault.hashicorp.com/agent-inject-secret-database-user") == "secret/data/shop");
  CHECK(job.at("vault.hashicorp.com/agent-inject-template-database-user") ==
        "{{- with secret \"secret/data/shop\" -}}{{- $fields := .Data -}}{{- with index .Data \"data\" -}}"
        "{{- $fields = . -}}{{- end -}}{{ $fields.name }}{{- end -}}");
  CHECK(job.count("vault.hashicorp.com/agent-inject-secret-database-url") == 0);
  CHECK(credential_annotations(connection).count("vault.hashicorp.com/agent-pre-populate-only") == 0);
  const auto volumes = credential_volumes(connection, "");
  REQUIRE(volumes.size() == 1);
  CHECK(volumes[0].name == job.at("vault.hashicorp.com/agent-service-account-token-volume-name"));
  CHECK(volumes[0].mount_path.empty());
  CHECK(list_at(volumes[0].source, {"sources"}).at(0) ==
        Members{{"serviceAccountToken",
                 Members{{"path", "token"}, {"audience", "vault"}, {"expirationSeconds", 600}}}});
}

TEST_CASE("the authorities come from a ConfigMap that is there") {
  Connection connection;
  connection.ca = project::ConfigMapKey{"rds-ca", "bundle.pem"};
  CHECK(authorities_file(connection) == "/windlass/authorities/ca.crt");
  const auto volumes = credential_volumes(connection, "");
  REQUIRE(volumes.size() == 1);
  CHECK(volumes[0].source ==
        Members{{"name", "rds-ca"}, {"items", List{Members{{"key", "bundle.pem"}, {"path", "ca.crt"}}}}});
}

TEST_CASE("an ExternalSecret makes the Secret that the connection names") {
  Connection connection;
  connection.external_secret = project::ExternalSecret{"cloud",
                                                       "ClusterSecretStore",
                                                       Milliseconds(300'000),
                                                       {{"a", {"remote", "", ""}}, {"b", {"x", "p", "3"}}}};
  connection.user_secret = SecretKey{"from-user", "a"};
  const auto secret_name = [&] {
    return std::string(text_at(Tree(external_secret_values(connection)), {"secret"}));
  };
  Members values = external_secret_values(connection);
  for (const auto* name : {"name", "namespace", "labels", "annotations"}) values.push_back({name, "x"});
  const Tree object = Templates::built_in().expand(FromTemplate{"external_secret", std::move(values)});
  CHECK(emit_yaml(*object.find({"spec"})->members()) ==
        "refreshInterval: 5m\n"
        "secretStoreRef:\n"
        "  name: cloud\n"
        "  kind: ClusterSecretStore\n"
        "target:\n"
        "  name: from-user\n"
        "  creationPolicy: Orphan\n"
        "  deletionPolicy: Retain\n"
        "data:\n"
        "- secretKey: a\n"
        "  remoteRef:\n"
        "    key: remote\n"
        "- secretKey: b\n"
        "  remoteRef:\n"
        "    key: x\n"
        "    property: p\n"
        "    version: \"3\"\n");
  connection.password = SecretKey{"from-password", "a"};
  CHECK(secret_name() == "from-password");
  connection.url = SecretKey{"from-url", "a"};
  CHECK(secret_name() == "from-url");
  connection = {.direct_url = SecretKey{"from-direct", "a"}, .external_secret = connection.external_secret};
  CHECK(secret_name() == "from-direct");
}

TEST_CASE("every pod of a project gets what leads to its database, and the proxy nothing of ours") {
  auto project = sample_project();
  auto& connection = project.databases[0].connection;
  connection = vault_connection();
  connection.host = "127.0.0.1";
  connection.guard_user = "reader";
  connection.proxy = project::Proxy{.kind = project::ProxyKind::kCloudSql, .instance = "p:r:i"};
  const auto rendered = sample_render(project);
  std::size_t pods = 0;
  for (const auto& object : rendered.objects) {
    for (const Tree* pod : {object.tree.find({"spec", "template"}),
                            object.tree.find({"spec", "jobTemplate", "spec", "template"})}) {
      if (pod == nullptr) continue;
      ++pods;
      INFO(object.path);
      CHECK(pod->find({"metadata", "annotations", "vault.hashicorp.com/agent-pre-populate-only"}) != nullptr);
      const auto& first = list_at(*pod, {"spec", "initContainers"}).at(0);
      CHECK(text_at(first, {"name"}) == "cloud-sql-proxy");
      CHECK(first.find({"volumeMounts"}) == nullptr);
      const auto& hook = list_at(*pod, {"spec", "containers"}).at(0);
      CHECK(env_value(hook, "WINDLASS_DATABASE_USER_FILE") == "/vault/secrets/database-user");
      CHECK(env_value(hook, "PGSSLMODE") == "disable");
    }
  }
  CHECK(pods == 4);
  const auto& guard = manifest_at(rendered, "snippets/storefront-guard.yaml.txt").tree;
  const auto& containers = list_at(guard, {"spec", "template", "spec", "initContainers"});
  REQUIRE(containers.size() == 2);
  CHECK(text_at(containers[0], {"name"}) == "cloud-sql-proxy");
  CHECK(env_value(containers[1], "WINDLASS_DATABASE_USER") == "reader");
  CHECK(text_at(guard, {"spec", "template", "metadata", "annotations", "vault.hashicorp.com/agent-inject"}) ==
        "true");
  CHECK(list_at(guard, {"spec", "template", "spec", "volumes"}).size() == 1);
}

}  // namespace windlass::generator
