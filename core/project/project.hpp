// A project as its windlass.yaml says it is, for one environment: checked values, defaults filled in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/duration.hpp"
#include "core/project/connection.hpp"
#include "core/project/delivery.hpp"
#include "core/project/kubernetes.hpp"
#include "core/project/patch.hpp"
#include "core/project/promotion.hpp"
#include "core/project/tenants.hpp"

namespace windlass::project {

struct Scripts {
  std::string layout = "flyway";
  std::vector<std::string> locations = {"sql"};  // relative to the config's folder
  std::vector<std::string> verify = {"verify"};
};

// Many tenants of one set of scripts: their list, and the shards of the Job that goes through them.
struct Tenants {
  std::string file;  // relative to the config's folder
  TenantKind kind = TenantKind::kSchema;
  int shards = 1;
  int parallelism = 1;                // shards at a time
  Milliseconds deadline{5 * 60'000};  // of one tenant
};

struct Database {
  std::string key;  // databases.<key>
  std::string type = "postgresql";
  std::string name;  // of the database on the server
  std::vector<std::string> schemas;
  std::string default_schema;
  std::string history_table = "flyway_schema_history";
  Scripts scripts;
  std::optional<Tenants> tenants;
  Connection connection;
};

struct Policies {
  bool require_rollback = false;
  bool require_validation = false;
  bool dry_run_first = false;
  bool backup_before_upgrade = true;
};

struct Limits {
  Milliseconds lock_timeout{2'000};
  Milliseconds statement_timeout{0};
  int retries = 40;
  Milliseconds deadline{15 * 60'000};
};

struct Migration {
  Policies policies;
  Limits limits;
  Map placeholders;
  Map settings;  // Flyway's other settings that were given: rows of core/contract/settings by name
};

struct Backup {
  int retention = 7;
  std::string claim_name;    // a PersistentVolumeClaim that exists; empty: an emptyDir, with a warning
  std::string size = "1Gi";  // of the emptyDir
};

struct Verify {
  std::vector<std::string> allow_not_valid;
};

struct Alerts {
  bool enabled = false;
  Map labels;                                // of the PrometheusRule, by which a Prometheus finds it
  std::optional<Milliseconds> long_running;  // empty: half of kubernetes.active_deadline
  int failure_percent = 25;
  std::optional<Milliseconds> not_run_for;  // empty: no such alert
};

struct Dashboard {
  bool enabled = false;
  Map labels;  // of the ConfigMap, by which a Grafana finds it; empty: grafana_dashboard: "1"
};

struct Compatibility {
  std::vector<std::string> upgrades_to, rollback_to;
};

struct Project {
  std::string file;  // as it was opened, for messages
  std::string name;
  std::string description;
  Map labels;
  std::string environment;          // empty when none was asked for
  std::vector<Database> databases;  // in the file's order
  Migration migration;
  Backup backup;
  Verify verify;
  Identity identity;
  Kubernetes kubernetes;
  Alerts alerts;
  std::vector<Dependency> depends_on;
  int rank = 0;  // among the projects that it depends on: 0 goes first
  Promotion promotion;
  ArgoCd argocd;
  Dashboard dashboard;
  std::vector<Patch> patches;  // in the file's order
  Delivery delivery;
  std::map<std::string, Compatibility> compatibility;
  std::vector<std::string> environments;  // every name that the file knows, in the file's order
};

}  // namespace windlass::project
