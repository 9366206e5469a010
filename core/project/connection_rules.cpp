#include "core/project/connection_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <regex>
#include <utility>

#include "core/project/format.hpp"

namespace windlass::project {
namespace {

class ConnectionRules {
 public:
  ConnectionRules(const Value& spec, const Value& connection, const std::string& shown, const Source& source,
                  Diagnostics& diagnostics)
      : spec_(spec), connection_(connection), shown_(shown), source_(source), diagnostics_(diagnostics) {}

  void check_all() {
    check_parts();
    check_files();
    if (const Value* proxy = given("proxy")) check_proxy(*proxy);
    check_authorities();
    if (const Value* secret = given("externalSecret")) check_external_secret(*secret);
    if (const Value* csi = given("csi")) check_csi(*csi);
    if (const Value* vault = given("vaultAgent")) need_file(*vault, "Field");
  }

 private:
  void add(const Value& place, std::string message, std::string help) {
    diagnostics_.add(source_.fault(place.offset, place.length, std::move(message), std::move(help)));
  }

  static const Value* given_in(const Value& section, std::string_view name) {
    const Value* value = section.find(name);
    return value != nullptr && value->given ? value : nullptr;
  }
  const Value* given(std::string_view name) const { return given_in(connection_, name); }

  void check_parts() {
    if (const Value* url = given("urlSecret")) {
      for (const auto* name : {"host", "port", "user", "guardUser", "userSecret", "passwordSecret"}) {
        if (given(name) == nullptr) continue;
        add(*url, fmt::format("{} has both urlSecret and {}", shown_, name),
            "Use a whole URL or the parts, not both.");
        return;
      }
      return;
    }
    if (given("user") != nullptr && given("userSecret") != nullptr) {
      add(*given("user"), shown_ + " has both user and userSecret", "Keep one of the two.");
    }
    if (given("proxy") != nullptr) return;
    for (const auto* name : {"port", "user", "guardUser", "userSecret", "passwordSecret"}) {
      if (given(name) == nullptr || given("host") != nullptr) continue;
      add(*given(name), fmt::format("{} has {} but no host", shown_, name),
          "Add the host, or use urlSecret.");
      return;
    }
  }

  // What comes from a file comes from nowhere else.
  void check_files() {
    constexpr std::array<std::string_view, 3> kSources = {"externalSecret", "csi", "vaultAgent"};
    const Value* first = nullptr;
    for (const auto name : kSources) {
      const Value* source = given(name);
      if (source != nullptr && first != nullptr)
        add(*source, fmt::format("{} has more than one source of credentials", shown_), "Keep one of them.");
      first = first == nullptr ? source : first;
    }
    for (const auto& [section, suffix] : {std::pair{"csi", "File"}, std::pair{"vaultAgent", "Field"}}) {
      const Value* files = given(section);
      if (files == nullptr) continue;
      refuse_both(*files, section, std::string("url") + suffix,
                  {"urlSecret", "host", "user", "guardUser", "userSecret", "passwordSecret", "proxy"});
      refuse_both(*files, section, std::string("user") + suffix, {"urlSecret", "user", "userSecret"});
      refuse_both(*files, section, std::string("password") + suffix, {"urlSecret", "passwordSecret"});
    }
  }

  void refuse_both(const Value& section, std::string_view section_name, const std::string& field,
                   std::initializer_list<std::string_view> others) {
    const Value* file = section.find(field);
    if (file == nullptr) return;
    for (const auto other : others) {
      if (given(other) == nullptr) continue;
      add(*file, fmt::format("{} has both {}.{} and {}", shown_, section_name, field, other),
          "Keep one of the two.");
      return;
    }
  }

  void need_file(const Value& section, std::string_view suffix) {
    for (const auto* part : {"url", "user", "password"}) {
      if (section.find(fmt::format("{}{}", part, suffix)) != nullptr) return;
    }
    add(section, fmt::format("{} gives nothing to the hook", shown_),
        fmt::format("Name at least one of url{0}, user{0} and password{0}.", suffix));
  }

  void check_proxy(const Value& proxy) {
    for (const auto* name : {"host", "port", "directUrlSecret", "sslMode", "caConfigMap"}) {
      if (given(name) == nullptr) continue;
      add(*given(name), fmt::format("{} has both proxy and {}", shown_, name),
          "The proxy listens inside the pod and encrypts what leaves it: leave it out.");
    }
    check_instance(proxy);
    check_login(proxy);
    check_sidecar(proxy);
  }

  void check_instance(const Value& proxy) {
    const Value* instance = proxy.find("instance");
    const Value* kind = proxy.find("kind");
    if (instance == nullptr || kind == nullptr || instance->faulty || kind->faulty) return;
    const bool alloydb = kind->text == "alloydb";
    static const std::regex kAlloyDb(
        R"(projects/[-.:a-z0-9]+/locations/[-a-z0-9]+/clusters/[-a-z0-9]+/instances/[-a-z0-9]+)");
    static const std::regex kCloudSql(R"([-.:a-z0-9]+:[-a-z0-9]+:[-a-z0-9]+)");
    if (std::regex_match(instance->text, alloydb ? kAlloyDb : kCloudSql)) return;
    add(*instance,
        fmt::format("{}.proxy.instance is not one of {}: {}", shown_, kind->text, in_quotes(instance->text)),
        alloydb ? "Write projects/PROJECT/locations/REGION/clusters/CLUSTER/instances/INSTANCE."
                : "Write project:region:instance.");
  }

  // A service account's e-mail without its ending is its role in the database; a direct binding has none.
  void check_login(const Value& proxy) {
    const bool by_identity = value_at(proxy, "iamLogin").text == "true";
    const bool has_url = given("urlSecret") != nullptr;
    if (!by_identity) {
      if (has_url || names_user()) return;
      add(proxy, fmt::format("{} has a proxy, but no role to log in as", shown_),
          "Add user or userSecret, or set proxy.iamLogin.");
      return;
    }
    for (const auto* name : {"urlSecret", "passwordSecret"}) {
      if (given(name) == nullptr) continue;
      add(*given(name), fmt::format("{} has both proxy.iamLogin and {}", shown_, name),
          "The identity is the password: keep one of the two.");
    }
    const Value& identity = value_at(spec_, "identity");
    if (value_at(identity, "provider").text != "gke" || identity.find("principal") == nullptr) {
      add(value_at(proxy, "iamLogin"), "proxy.iamLogin needs a Google service account",
          "Set spec.identity.provider to gke and spec.identity.principal to the account.");
    }
    const Value* user = given("user");
    if (user != nullptr && user->text.ends_with(".gserviceaccount.com")) {
      add(*user,
          fmt::format("the role of a service account ends before .gserviceaccount.com: {}",
                      in_quotes(user->text)),
          "Leave user out: it is made from spec.identity.principal.");
    }
  }

  bool names_user() const {
    const auto has = [&](std::string_view section, std::string_view field) {
      const Value* files = given(section);
      return files != nullptr && files->find(field) != nullptr;
    };
    return given("user") != nullptr || given("userSecret") != nullptr || has("csi", "userFile") ||
           has("vaultAgent", "userField");
  }

  // A dry run is an init container, which ends before a proxy starts that is no native sidecar.
  void check_sidecar(const Value& proxy) {
    const Value& version = value_at(spec_, "kubernetes.minVersion");
    const Value& dry_run = value_at(spec_, "migration.policies.dryRunFirst");
    if (!lacks_native_sidecars(version) || dry_run.text != "true") return;
    add(dry_run.given ? dry_run : proxy,
        fmt::format("dryRunFirst beside a proxy needs Kubernetes 1.{}, and spec.kubernetes.minVersion is {}",
                    kNativeSidecarsSince, version.text),
        "Before that, the proxy starts after the dry run has ended.");
  }

  // libpq looks into the home directory otherwise, where there is no certificate.
  void check_authorities() {
    const Value* mode = given("sslMode");
    const Value* ca = given("caConfigMap");
    const bool checks = mode != nullptr && mode->text.starts_with("verify-");
    const bool url = given("urlSecret") != nullptr;
    if (ca != nullptr && !checks && !url && given("proxy") == nullptr) {
      add(*ca, fmt::format("{} has caConfigMap, but sslMode is not verify-full", shown_),
          "libpq checks certificates only with sslMode verify-ca or verify-full.");
    }
    const Value* env = value_at(spec_, "kubernetes").find("env");
    const bool by_env = env != nullptr && env->find("PGSSLROOTCERT") != nullptr;
    if (!checks || ca != nullptr || url || by_env || given("proxy") != nullptr) return;
    // A warning, because an image may bring its own.
    auto warning = source_.fault(
        mode->offset, mode->length,
        fmt::format("{}.sslMode is {}, but nothing says which authorities to trust", shown_, mode->text),
        "Name a ConfigMap with their certificates by caConfigMap, or set PGSSLROOTCERT in kubernetes.env.");
    warning.severity = Severity::kWarning;
    diagnostics_.add(std::move(warning));
  }

  void check_external_secret(const Value& external) {
    const Value* data = external.find("data");
    const Value* first = nullptr;
    for (const auto* name : {"urlSecret", "directUrlSecret", "userSecret", "passwordSecret"}) {
      const Value* secret = given(name);
      if (secret == nullptr || secret->find("name") == nullptr) continue;
      const Value& secret_name = *secret->find("name");
      if (first != nullptr && first->text != secret_name.text) {
        add(secret_name, fmt::format("{} names two Secrets, and externalSecret makes one", shown_),
            fmt::format("Put all keys into {}.", first->text));
      }
      first = first == nullptr ? &secret_name : first;
      const auto& key = value_at(*secret, "key").text;
      if (data == nullptr || data->find(key) != nullptr) continue;
      add(*data, fmt::format("{}.externalSecret.data has no key {}, which {} names", shown_, key, name),
          "Add it with its remoteKey.");
    }
    if (first == nullptr) {
      add(external, fmt::format("{} has externalSecret, but names no Secret", shown_),
          "Name the Secret that it makes by urlSecret, or by userSecret and passwordSecret.");
    }
  }

  void check_csi(const Value& csi) {
    const bool existing = csi.find("className") != nullptr;
    const bool rendered = csi.find("provider") != nullptr && csi.find("parameters") != nullptr;
    const bool any = csi.find("provider") != nullptr || csi.find("parameters") != nullptr;
    if (existing == any || (any && !rendered)) {
      add(csi, fmt::format("{}.csi needs either className, or provider and parameters", shown_),
          "Name a SecretProviderClass that exists, or say what is to be rendered.");
    }
    need_file(csi, "File");
  }

  const Value& spec_;
  const Value& connection_;
  const std::string& shown_;
  const Source& source_;
  Diagnostics& diagnostics_;
};

}  // namespace

bool is_older_than(const Value& min_version, int minor) {
  if (min_version.faulty) return false;
  const auto given = parse_number(min_version.text.substr(min_version.text.find('.') + 1));
  return given && *given < minor;
}

bool lacks_native_sidecars(const Value& min_version) {
  return is_older_than(min_version, kNativeSidecarsSince);
}

void check_connection_rules(const Value& spec, const Value& connection, const std::string& shown,
                            const Source& source, Diagnostics& diagnostics) {
  ConnectionRules(spec, connection, shown, source, diagnostics).check_all();
}

}  // namespace windlass::project
