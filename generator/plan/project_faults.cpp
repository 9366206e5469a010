#include "generator/plan/project_faults.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"
#include "core/contract/labels.hpp"
#include "core/contract/phase.hpp"
#include "generator/plan/credentials.hpp"
#include "generator/plan/environment.hpp"
#include "generator/plan/job.hpp"
#include "generator/plan/metadata.hpp"

namespace windlass::generator {
namespace {

class Faults {
 public:
  explicit Faults(const project::Project& project) : project_(project) {}

  Diagnostics find() {
    for (const auto& database : project_.databases) {
      check_connection(database);
      if (database.tenants) check_tenants(database, *database.tenants);
    }
    check_labels();
    check_annotations();
    check_environment();
    check_lifetime();
    check_kubernetes();
    return std::move(diagnostics_);
  }

 private:
  void error(std::string message, std::string help) {
    diagnostics_.add({Severity::kError, {project_.file, 0, 0}, std::move(message), std::move(help)});
  }

  void check_connection(const project::Database& database) {
    const auto& connection = database.connection;
    const bool url = connection.url || !credential_files(connection).url.empty();
    if (url || (!connection.host.empty() && !database.name.empty())) return;
    error(fmt::format("database {} has no connection", database.key),
          "Give connection.urlSecret with name and key, or connection.host and a database name.");
  }

  void check_tenants(const project::Database& database, const project::Tenants& tenants) {
    const auto& policies = project_.migration.policies;
    const auto about = [&](std::string_view what) {
      return fmt::format("database {} has tenants, {}", database.key, what);
    };
    if (policies.backup_before_upgrade) {
      error(about("and backupBeforeUpgrade is true"),
            "Set it to false: many tenants are for the server's own backups, which a Job cannot make.");
    }
    if (policies.dry_run_first)
      error(about("and dryRunFirst is true"), "Set it to false: it would keep a whole shard from starting.");
    if (tenants.kind == project::TenantKind::kSchema &&
        !(database.schemas.empty() && database.default_schema.empty())) {
      error(about("each with a schema of its own, and names schemas besides"),
            "Leave out schemas and defaultSchema.");
    }
    const auto& deadline = project_.migration.limits.deadline;
    const int rounds = (tenants.shards + tenants.parallelism - 1) / tenants.parallelism;
    const auto& whole = project_.kubernetes.active_deadline;
    if (tenants.deadline > deadline) {
      error(about(fmt::format("each may take {}, and all of a shard {}", format_duration(tenants.deadline),
                              format_duration(deadline))),
            "Make migration.limits.deadline longer, or tenants.deadline shorter.");
    }
    if (deadline * rounds > whole) {
      error(about(fmt::format("whose shards run in {} of {}, and the Job ends after {}",
                              counted(static_cast<std::size_t>(rounds), "round"), format_duration(deadline),
                              format_duration(whole))),
            "Make kubernetes.activeDeadline longer, or give tenants.parallelism more shards at a time.");
    }
  }

  void check_labels() {
    for (const auto& [key, value] : project_.kubernetes.labels) {
      if (!is_selector_label(key)) continue;
      error(
          fmt::format("kubernetes.labels: {} may be what the application's Service selects its pods by", key),
          "Hook pods must not get its requests. Put the label into metadata.labels, which stays off the "
          "pods.");
    }
    const auto& any = project_.databases.front();
    const auto ours = pod_labels(with_plain_kubernetes(), any, Phase::kMigrate);
    for (const auto& [key, value] : project_.kubernetes.labels) {
      if (ours.count(key) > 0 && !is_selector_label(key)) refuse_ours("kubernetes.labels", key);
    }
  }

  void check_annotations() {
    const auto ours = pod_annotations(with_plain_kubernetes());
    for (const auto& [key, value] : project_.kubernetes.annotations) {
      const bool hook = key.starts_with("argocd.argoproj.io/") || key.starts_with("helm.sh/");
      const bool vault = key.starts_with("vault.hashicorp.com/");
      if (hook || vault || ours.count(key) > 0) refuse_ours("kubernetes.annotations", key);
    }
  }

  void check_environment() {
    for (const auto& [name, value] : project_.kubernetes.env) {
      if (name.starts_with("WINDLASS_") || name == "PGSSLMODE") refuse_ours("kubernetes.env", name);
    }
  }

  void check_lifetime() {
    const auto& kubernetes = project_.kubernetes;
    constexpr Milliseconds kShortestTtl{3600'000};
    if (kubernetes.ttl_after_finished < kShortestTtl) {
      error(fmt::format("kubernetes.ttlAfterFinished is {}", format_duration(kubernetes.ttl_after_finished)),
            "Make it at least 1h, so that the logs of a failed Job are still there when somebody looks.");
    }
  }

  void check_kubernetes() {
    const auto& kubernetes = project_.kubernetes;
    if (!kubernetes_minor(kubernetes.min_version)) {
      error(fmt::format("kubernetes.minVersion '{}' is no version of Kubernetes", kubernetes.min_version),
            "Write it as 1.29.");
    }
    if (kubernetes.run_as_user == 0) {
      error("the hook would run as root",
            "Give securityContext.runAsUser another number than 0, or leave it out.");
    }
  }

  void refuse_ours(std::string_view where, std::string_view key) {
    error(fmt::format("{}: {} is set by windlass", where, key), "Leave it out.");
  }

  project::Project with_plain_kubernetes() const {
    project::Project plain = project_;
    plain.kubernetes.labels.clear();
    plain.kubernetes.annotations.clear();
    return plain;
  }

  const project::Project& project_;
  Diagnostics diagnostics_;
};

}  // namespace

Diagnostics project_faults(const project::Project& project) { return Faults(project).find(); }

}  // namespace windlass::generator
