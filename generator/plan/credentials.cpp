#include "generator/plan/credentials.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <utility>

#include "core/base/duration.hpp"
#include "core/contract/labels.hpp"
#include "generator/plan/metadata.hpp"

namespace windlass::generator {
namespace {

using project::Connection;
using project::FileFields;
using project::Map;

constexpr std::string_view kAuthoritiesName = "ca.crt";
constexpr std::string_view kVaultMount = "/vault/secrets";  // the injector's own
constexpr std::string_view kVaultPrefix = "vault.hashicorp.com/";
constexpr std::string_view kVaultTokenVolume = "vault-token";
constexpr std::int64_t kVaultTokenSeconds = 600;  // the shortest that Kubernetes gives

std::string below(std::string_view mount, const std::string& name) {
  return name.empty() ? std::string() : fmt::format("{}/{}", mount, name);
}

// The parts of a connection that Vault has, by the names of their files.
std::vector<std::pair<std::string, std::string>> vault_files(const FileFields& fields) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& [name, field] : {std::pair{"database-url", fields.url},
                                    {"database-user", fields.user},
                                    {"database-password", fields.password}}) {
    if (!field.empty()) files.emplace_back(name, field);
  }
  return files;
}

// Both versions of the KV engine: the second has the fields one level deeper. The field is read by its name,
// not by index, because only then a missing one ends the agent (error-on-missing-key) instead of leaving
// "<no value>" in the file.
std::string vault_template(const std::string& path, const std::string& field) {
  return fmt::format(
      "{{{{- with secret \"{}\" -}}}}{{{{- $fields := .Data -}}}}{{{{- with index .Data \"data\" -}}}}"
      "{{{{- $fields = . -}}}}{{{{- end -}}}}{{{{ $fields.{} }}}}{{{{- end -}}}}",
      path, field);
}

Volume csi_volume(const project::CsiSecrets& csi, std::string_view class_name) {
  const auto name = csi.class_name.empty() ? class_name : std::string_view(csi.class_name);
  return {"credentials", std::string(contract::kCredentialsMount), "csi",
          Members{{"driver", "secrets-store.csi.k8s.io"},
                  {"readOnly", true},
                  {"volumeAttributes", Members{{"secretProviderClass", name}}}},
          /*read_only=*/true};
}

// Of the pods' own token there is none, and Vault from 1.21 on wants one that was made for it.
Volume vault_token_volume() {
  const List sources = {Members{
      {"serviceAccountToken",
       Members{{"path", "token"}, {"audience", "vault"}, {"expirationSeconds", kVaultTokenSeconds}}}}};
  return {std::string(kVaultTokenVolume), "", "projected", Members{{"sources", sources}}};
}

}  // namespace

FileFields credential_files(const Connection& connection) {
  if (connection.csi) {
    const auto& files = connection.csi->files;
    const auto at = contract::kCredentialsMount;
    return {below(at, files.url), below(at, files.user), below(at, files.password)};
  }
  FileFields result;
  if (!connection.vault_agent) return result;
  const auto& fields = connection.vault_agent->fields;
  if (!fields.url.empty()) result.url = below(kVaultMount, "database-url");
  if (!fields.user.empty()) result.user = below(kVaultMount, "database-user");
  if (!fields.password.empty()) result.password = below(kVaultMount, "database-password");
  return result;
}

std::string authorities_file(const Connection& connection) {
  return connection.ca ? below(contract::kAuthoritiesMount, std::string(kAuthoritiesName)) : std::string();
}

std::vector<Volume> credential_volumes(const Connection& connection, std::string_view class_name) {
  std::vector<Volume> volumes;
  if (connection.csi) volumes.push_back(csi_volume(*connection.csi, class_name));
  if (connection.vault_agent) volumes.push_back(vault_token_volume());
  if (connection.ca) {
    const List items = {Members{{"key", connection.ca->key}, {"path", kAuthoritiesName}}};
    volumes.push_back({std::string(contract::kAuthoritiesVolume), std::string(contract::kAuthoritiesMount),
                       "configMap", Members{{"name", connection.ca->name}, {"items", items}},
                       /*read_only=*/true});
  }
  return volumes;
}

Map credential_annotations(const Connection& connection) {
  if (!connection.vault_agent) return {};
  const auto& vault = *connection.vault_agent;
  Map annotations;
  const auto set = [&](std::string_view key, std::string value) {
    annotations.emplace(fmt::format("{}{}", kVaultPrefix, key), std::move(value));
  };
  set("agent-inject", "true");
  set("agent-init-first", "true");
  set("error-on-missing-key", "true");
  set("agent-service-account-token-volume-name", std::string(kVaultTokenVolume));
  set("role", vault.role);
  if (!vault.auth_path.empty()) set("auth-path", vault.auth_path);
  for (const auto& [file, field] : vault_files(vault.fields)) {
    set("agent-inject-secret-" + file, vault.path);
    set("agent-inject-template-" + file, vault_template(vault.path, field));
  }
  return annotations;
}

Map job_credential_annotations(const Connection& connection) {
  Map annotations = credential_annotations(connection);
  if (!annotations.empty())
    annotations.emplace(fmt::format("{}agent-pre-populate-only", kVaultPrefix), "true");
  return annotations;
}

Members external_secret_values(const Connection& connection) {
  const auto& external = *connection.external_secret;
  List data;
  for (const auto& [key, remote] : external.data) {
    const auto or_absent = [](const std::string& text) { return text.empty() ? Tree() : Tree(text); };
    data.push_back(Members{{"secretKey", key},
                           {"remoteRef", Members{{"key", remote.key},
                                                 {"property", or_absent(remote.property)},
                                                 {"version", or_absent(remote.version)}}}});
  }
  const auto& secret = connection.url           ? *connection.url
                       : connection.password    ? *connection.password
                       : connection.user_secret ? *connection.user_secret
                                                : *connection.direct_url;
  return {{"refreshInterval", format_duration(external.refresh_interval)},
          {"store", external.store},
          {"storeKind", external.store_kind},
          {"secret", secret.name},
          {"data", std::move(data)}};
}

Members secret_provider_class_values(const project::CsiSecrets& csi) {
  return {{"provider", csi.provider}, {"parameters", tree_of(csi.parameters)}};
}

}  // namespace windlass::generator
