#include "core/project/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <regex>
#include <utility>

#include "core/base/duration.hpp"
#include "core/project/connection_rules.hpp"
#include "core/project/delivery_rules.hpp"
#include "core/project/format.hpp"
#include "core/project/patch_rules.hpp"

namespace windlass::project {
namespace {

class Rules {
 public:
  Rules(const Value& root, const Source& source, Diagnostics& diagnostics)
      : spec_(value_at(root, "spec")), source_(source), diagnostics_(diagnostics) {}

  void check_all() {
    check_databases();
    check_times();
    check_identity();
    check_kubernetes();
    check_delivery_rules(spec_, source_, diagnostics_);
    check_releases();
    check_promotion();
    check_patch_rules(spec_, source_, diagnostics_);
    check_texts(spec_, "spec");
  }

  void warn_of_lost_backups() {
    const Value& wanted = value_at(spec_, "migration.policies.backupBeforeUpgrade");
    const Value& backup = value_at(spec_, "backup");
    if (wanted.text != "true" || backup.find("claimName") != nullptr) return;
    const Value& place = wanted.given ? wanted : backup.given ? backup : spec_;
    auto warning = source_.fault(place.offset, place.length, "the backup is lost when its pod goes",
                                 "Name a PersistentVolumeClaim by spec.backup.claimName.");
    warning.severity = Severity::kWarning;
    diagnostics_.add(std::move(warning));
  }

 private:
  void add(const Value& place, std::string message, std::string help = {}) {
    diagnostics_.add(source_.fault(place.offset, place.length, std::move(message), std::move(help)));
  }

  void check_databases() {
    const Value* databases = spec_.find("databases");
    if (databases == nullptr || databases->kind != NodeKind::kMap) return;
    if (databases->members.empty()) {
      add(*databases, "spec.databases holds no database", "Add one by a name of its own, such as main.");
    }
    for (const auto& [key, database] : databases->members) {
      if (const Value* connection = database.find("connection"))
        check_connection_rules(spec_, *connection, "spec.databases." + key + ".connection", source_,
                               diagnostics_);
    }
  }

  std::optional<Milliseconds> duration(std::string_view path) const {
    const Value& value = value_at(spec_, path);
    return value.faulty ? std::nullopt : parse_duration(value.text);
  }

  // The value that was written of two, or the first.
  void add_longer(std::string_view longer, std::string_view limit, std::string_view help) {
    const auto a = duration(longer);
    const auto b = duration(limit);
    if (!a || !b || *a < *b) return;
    const Value& value = value_at(spec_, longer);
    add(value.given ? value : value_at(spec_, limit),
        fmt::format("spec.{} ({}) is {} spec.{} ({})", longer, format_duration(*a),
                    *a == *b ? "as long as" : "longer than", limit, format_duration(*b)),
        std::string(help));
  }

  void check_times() {
    add_longer("migration.limits.lockTimeout", "migration.limits.deadline",
               "One attempt must fit into the phase.");
    add_longer("migration.limits.statementTimeout", "migration.limits.deadline",
               "One statement must fit into the phase.");
    add_longer("migration.limits.deadline", "kubernetes.activeDeadline",
               "The Job must outlive its phase, or Kubernetes kills it halfway.");
    if (value_at(spec_, "observability.alerts").find("longRunning") != nullptr) {
      add_longer("observability.alerts.longRunning", "kubernetes.activeDeadline",
                 "Kubernetes ends a Job at its deadline, so the alert would never fire.");
    }
    if (value_at(spec_, "kubernetes").find("helmTimeout") != nullptr) {
      add_longer("kubernetes.activeDeadline", "kubernetes.helmTimeout",
                 "Helm must wait for longer than a Job may take, or it gives up while the Job runs on.");
    }
  }

  void check_identity() {
    const Value& identity = value_at(spec_, "identity");
    const Value& provider = value_at(identity, "provider");
    const Value* principal = identity.find("principal");
    if (provider.faulty || (principal != nullptr && principal->faulty)) return;
    const Value& binding = value_at(identity, "binding");
    if (provider.text == "none") {
      if (principal != nullptr) {
        add(*principal, "spec.identity.principal is set, but no provider",
            "Set spec.identity.provider to gke, eks or aks.");
      }
    } else if (binding.text == "direct") {
      check_direct_binding(provider, binding, principal);
    } else if (principal == nullptr) {
      add(provider, fmt::format("spec.identity.provider is {}, but no principal is set", provider.text),
          principal_help(provider.text));
    } else if (!std::regex_match(principal->text, std::regex(principal_pattern(provider.text)))) {
      add(*principal,
          fmt::format("spec.identity.principal is not one of {}: {}", provider.text,
                      in_quotes(principal->text)),
          principal_help(provider.text));
    }
  }

  void check_direct_binding(const Value& provider, const Value& binding, const Value* principal) {
    if (provider.text == "aks") {
      add(binding, "AKS binds no ServiceAccount directly",
          "Leave binding out and set spec.identity.principal.");
    }
    if (principal == nullptr) return;
    add(*principal, "spec.identity.principal is set, but the binding is direct",
        "The cloud knows the ServiceAccount by its name: leave principal out.");
  }

  static std::string principal_help(std::string_view provider) {
    if (provider == "gke") return "Write the Google service account: name@project.iam.gserviceaccount.com.";
    if (provider == "eks") return "Write the role's ARN: arn:aws:iam::123456789012:role/name.";
    return "Write the managed identity's client id, a UUID.";
  }

  static std::string principal_pattern(std::string_view provider) {
    if (provider == "gke") return R"([a-z0-9][-a-z0-9]*@[-.:a-z0-9]+\.iam\.gserviceaccount\.com)";
    if (provider == "eks") return R"(arn:aws[-a-z]*:iam::[0-9]{12}:role/[-+=,.@_/A-Za-z0-9]+)";
    return "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
  }

  void check_kubernetes() {
    const Value& kubernetes = value_at(spec_, "kubernetes");
    const Value& create = value_at(kubernetes, "createServiceAccount");
    if (create.text == "false" && kubernetes.find("serviceAccount") == nullptr) {
      add(create, "spec.kubernetes.createServiceAccount is false, but no serviceAccount is named",
          "Name the one that exists by spec.kubernetes.serviceAccount.");
    }
    check_mesh(kubernetes);
    check_resources(value_at(kubernetes, "resources"));
    if (const Value* tolerations = kubernetes.find("tolerations")) check_tolerations(*tolerations);
    if (const Value* env = kubernetes.find("env")) check_env(*env);
  }

  void check_mesh(const Value& kubernetes) {
    const Value& mesh = value_at(kubernetes, "mesh");
    if (mesh.faulty || mesh.text == "none") return;
    if (lacks_native_sidecars(value_at(kubernetes, "minVersion"))) {
      add(mesh, fmt::format("spec.kubernetes.mesh needs Kubernetes 1.{}", kNativeSidecarsSince),
          "Before that, a mesh's container keeps the Job from ending: leave it out.");
    }
    const Value& policy = value_at(kubernetes, "networkPolicy");
    if (value_at(policy, "enabled").text == "true") {
      add(policy, "spec.kubernetes has both networkPolicy and mesh",
          "A mesh's container talks to its control plane, whose ports only you know: write the policy "
          "yourself.");
    }
  }

  void check_resources(const Value& resources) {
    const Value* requests = resources.find("requests");
    const Value* limits = resources.find("limits");
    if (requests == nullptr || limits == nullptr) return;
    for (const auto& [name, request] : requests->members) {
      const Value* limit = limits->find(name);
      if (limit == nullptr) continue;
      const auto wanted = parse_quantity(request.text);
      const auto most = parse_quantity(limit->text);
      if (!wanted || !most || *wanted <= *most) continue;
      add(request,
          fmt::format("the request of {} ({}) is more than its limit ({})", name, request.text, limit->text),
          "Kubernetes refuses a pod that requests more than its limit.");
    }
  }

  // Kubernetes' own rules for tolerations.
  void check_tolerations(const Value& tolerations) {
    for (const Value& toleration : tolerations.items) {
      if (toleration.kind != NodeKind::kMap) continue;
      const Value& op = value_at(toleration, "operator");
      const bool exists = op.text == "Exists";
      if (exists && toleration.find("value") != nullptr) {
        add(*toleration.find("value"), "a toleration with the operator Exists takes no value",
            "Remove the value.");
      }
      if (!exists && !op.faulty && toleration.find("key") == nullptr) {
        add(toleration, "a toleration without a key needs the operator Exists",
            "Add the key, or operator: Exists.");
      }
    }
  }

  void check_env(const Value& env) {
    for (const auto& [name, value] : env.members) {
      const bool is_url = name == "WINDLASS_DATABASE_URL" || name == "WINDLASS_DIRECT_DATABASE_URL";
      if (is_url || names_credential(name)) refuse_credential(value, name);
    }
  }

  // AWS_SECRET_ACCESS_KEY, DB_PASSWORD, API_TOKEN; a file's path is none.
  static bool names_credential(std::string_view name) {
    static const std::regex kPattern(
        "(.*_)?(PG)?(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS)",
        std::regex::icase);
    return std::regex_match(name.begin(), name.end(), kPattern);
  }

  // A password in a URL, whatever the key is called.
  void check_texts(const Value& value, const std::string& name) {
    static const std::regex kUrl(R"([A-Za-z][-+.A-Za-z0-9]*://[^/?#\s:@]*:[^/?#\s@]+@)");
    const bool may_be_url = value.kind == NodeKind::kScalar && value.text.find("://") != std::string::npos;
    if (may_be_url && std::regex_search(value.text, kUrl)) refuse_credential(value, name);
    for (const auto& item : value.items) check_texts(item, name);
    for (const auto& [key, member] : value.members) check_texts(member, key);
  }

  void refuse_credential(const Value& value, std::string_view name) {
    auto fault = source_.fault(value.offset, 1, fmt::format("no credentials in this file: {}", name),
                               "Name a Secret under spec.databases.<name>.connection.");
    fault.source.clear();
    diagnostics_.add(std::move(fault));
  }

  void check_promotion() {
    const Value* order = value_at(spec_, "promotion").find("order");
    if (order == nullptr || order->faulty) return;
    const Value* environments = spec_.find("environments");
    for (auto item = order->items.begin(); item != order->items.end(); ++item) {
      const auto same = [&](const Value& other) { return other.text == item->text; };
      if (item->faulty) continue;
      if (environments == nullptr || environments->find(item->text) == nullptr) {
        add(*item, fmt::format("no environment {} in this file", in_quotes(item->text)),
            "Name those of spec.environments.");
      } else if (std::any_of(order->items.begin(), item, same)) {
        add(*item, fmt::format("spec.promotion.order names {} twice", item->text), "Name each once.");
      }
    }
    if (order->items.empty()) add(*order, "spec.promotion.order names no environment", "Leave it out.");
  }

  // A release may name ones that the file does not list, but not itself.
  void check_releases() {
    const Value* matrix = spec_.find("compatibilityMatrix");
    if (matrix == nullptr) return;
    for (const auto& [release, ways] : matrix->members) {
      for (const auto& [direction, list] : ways.members) {
        for (const Value& item : list.items) {
          if (item.text != release) continue;
          add(item, fmt::format("release {} names itself in {}", release, direction),
              "Remove it from the list.");
        }
      }
    }
  }

  const Value& spec_;
  const Source& source_;
  Diagnostics& diagnostics_;
};

}  // namespace

void check_rules(const Value& root, const Source& source, Diagnostics& diagnostics) {
  Rules(root, source, diagnostics).check_all();
}

void check_surprises(const Value& root, const Source& source, Diagnostics& diagnostics) {
  Rules(root, source, diagnostics).warn_of_lost_backups();
}

}  // namespace windlass::project
