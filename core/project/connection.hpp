// How the pods reach one database, and where its credentials come from; a config never holds them.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/base/duration.hpp"

namespace windlass::project {

struct SecretKey {
  std::string name;  // of the Kubernetes Secret
  std::string key;
};

struct ConfigMapKey {
  std::string name;
  std::string key;
};

// A program beside the hook that carries its connection into the cloud's network.
enum class ProxyKind { kAlloyDb, kCloudSql };
enum class ProxyNetwork { kPrivate, kPublic, kPsc };
struct Proxy {
  ProxyKind kind = ProxyKind::kAlloyDb;
  // projects/P/locations/R/clusters/C/instances/I, or project:region:instance
  std::string instance = {};
  ProxyNetwork network = ProxyNetwork::kPrivate;
  bool iam_login = false;  // the proxy logs in by the pod's identity instead of a password
  int port = 5432;         // where it listens in the pod
  std::string image = {};  // empty: the one that this release was written for
};

struct RemoteKey {
  std::string key, property, version;
};

// Rendered for the External Secrets Operator: it makes the Secret that the connection names.
struct ExternalSecret {
  std::string store = {};
  std::string store_kind = "SecretStore";
  Milliseconds refresh_interval{3600'000};
  std::map<std::string, RemoteKey> data = {};  // by key of the Secret
};

// A field for each part of a connection that comes from a file: its name there; empty: not from there.
struct FileFields {
  std::string url, user, password;
};

// A volume of the Secrets Store CSI driver with the credentials as files.
struct CsiSecrets {
  std::string class_name = {};  // of a SecretProviderClass that exists; empty: one is rendered
  std::string provider = {};    // gcp, aws, azure or vault
  std::map<std::string, std::string> parameters = {};
  FileFields files;
};

// The Vault Agent injector writes the credentials into files before the hook starts.
struct VaultAgent {
  std::string role = {};
  std::string path = {};  // of the secret
  std::string auth_path = {};
  FileFields fields;  // of the secret
};

// Either a Secret that holds the whole URL, or parts with the password in a Secret. When a config says
// nothing, `url` is the key "url" of the Secret <project>-<database key>.
struct Connection {
  std::optional<SecretKey> url = {};
  std::string host = {};
  int port = 5432;
  std::string user = {};
  std::string guard_user = {};  // in the application's pod; empty: the same role
  std::optional<SecretKey> user_secret = {};
  std::optional<SecretKey> password = {};
  std::optional<SecretKey> direct_url = {};  // past a connection pooler, for all but the guard
  std::string ssl_mode = {};                 // libpq's word; empty: libpq's default
  std::optional<ConfigMapKey> ca = {};  // the authorities that the server's certificate is checked against
  std::optional<Proxy> proxy = {};      // then host and port are where it listens
  std::optional<ExternalSecret> external_secret = {};
  std::optional<CsiSecrets> csi = {};
  std::optional<VaultAgent> vault_agent = {};
};

}  // namespace windlass::project
