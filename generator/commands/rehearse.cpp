#include "generator/commands/rehearse.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "core/base/clock.hpp"
#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/log.hpp"
#include "generator/commands/hook_program.hpp"
#include "generator/commands/open_project.hpp"
#include "generator/manifests/manifests.hpp"
#include "generator/manifests/project_files.hpp"
#include "generator/plan/delivery.hpp"
#include "generator/rehearse/project_folders.hpp"
#include "generator/rehearse/timeline.hpp"
#include "generator/render/read/read_manifests.hpp"

namespace windlass::generator {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// The server, and what is told about it.
class ServerOfRehearsal {
 public:
  ServerOfRehearsal(const RehearseOptions& options, const StopSignal& stop) {
    if (!options.database_url.empty()) {
      server_.emplace(options.database_url);
      return;
    }
    log::info("starting a throw-away PostgreSQL server, for at most 30s");
    own_.emplace(ServerOptions{.stop = &stop,
                               .lifetime = options.keep ? Lifetime::kMayBeKept : Lifetime::kThisProcess});
    server_.emplace(*own_);
  }

  RehearsalServer& server() { return *server_; }
  bool is_own() const { return own_.has_value(); }

  // Without passwords: they are those of the Secret, which whoever rehearses has.
  void keep(std::ostream& err) {
    if (!own_) return;
    for (const auto& database : server_->databases()) {
      err << fmt::format("kept: 127.0.0.1:{}, database {}, user and password as in the project's Secret\n",
                         own_->port(), database);
    }
    err << fmt::format("to stop it: kill -QUIT {} && rm -rf {}\n", own_->process_id(),
                       own_->socket_directory().string());
    own_->keep();
  }

 private:
  std::optional<ThrowawayServer> own_;
  std::optional<RehearsalServer> server_;
};

std::vector<json> read_rendered(const Rendered& rendered) {
  std::vector<json> documents;
  for (const auto& manifest : rendered.objects) {
    for (auto& document : read_manifests(manifest.text, manifest.path))
      documents.push_back(std::move(document));
  }
  return documents;
}

// The promise of every database, or why it is not checked.
void check_promises(const project::Project& project, const std::vector<json>& documents,
                    RehearsalServer& server, PodRunner& pods, const Clock& clock,
                    const std::function<void(const VersionPromise&)>& on_version, Rehearsal& rehearsal) {
  if (!rehearsal.sync.succeeded()) {
    rehearsal.promise_not_checked = "the sync failed before";
  } else if (!server.may_create_databases()) {
    rehearsal.promise_not_checked = "the role of --database-url may not create the databases that it needs";
  } else {
    for (const auto& database : project.databases) {
      if (database.tenants) {
        rehearsal.promise_not_checked = "a rehearsal does not take tenants back";
        continue;
      }
      const auto task = promise_task(project, database, documents);
      for (auto& promise : check_promise(task, server, pods, clock, on_version))
        rehearsal.promises.push_back(std::move(promise));
    }
  }
}

// What no ConfigMap brings: here it comes from the project's folder.
std::optional<StandIn> scripts_of_pods(const project::Project& project, const Delivery& delivery) {
  auto inside = project_folder_in_pod(project.delivery, delivery.method);
  if (inside.empty()) return std::nullopt;
  return stand_in_of(project, read_files(project), std::move(inside));
}

std::string stand_in_note(const project::Project& project, project::DeliveryMethod method) {
  const bool own = method == project::DeliveryMethod::kImage;
  return fmt::format("the scripts come from the project's folder; in a cluster from {} (delivery {})",
                     own ? project.kubernetes.image : project.delivery.image, method_name(method));
}

// Tenants that are databases exist before they are migrated, so before the sync has applied what the
// migrating pod mounts. `setting` is that of the sync, whose objects stay as they are.
void create_tenants(const project::Project& project, const std::vector<json>& documents, PodSetting setting) {
  Objects rendered = *setting.objects;
  for (const auto& document : documents) rendered.apply(document);
  setting.objects = &rendered;
  setting.folder /= "tenants";
  for (const auto& database : project.databases) {
    if (!database.tenants || database.tenants->kind != project::TenantKind::kDatabase) continue;
    if (!setting.server->is_own())
      throw Error(ExitCode::kConfiguration, "tenants that are databases need a throw-away server",
                  "Leave out --database-url.");
    constexpr std::size_t kLongestList = std::size_t{1} << 20U;
    const auto hook = find_hook_container(documents, "migrate", database.key);
    const auto owner = PodRunner(setting).database_of(*hook).user;
    const auto file = std::filesystem::path(project.file).parent_path() / database.tenants->file;
    const auto list = project::parse_tenants(read_file(file, kLongestList), file.string());
    for (const auto& tenant : list.tenants) setting.server->create_database(tenant.place, owner);
  }
}

void rehearse(const RehearseOptions& options, const project::Project& project, const Rendered& rendered,
              ServerOfRehearsal& server, Rehearsal& rehearsal, std::ostream& out, const StopSignal& stop) {
  const SystemClock clock;
  const TemporaryDirectory folder("windlass-rehearsal-");
  Objects objects;
  const auto documents = read_rendered(rendered);
  rehearsal.made_up = apply_outside(project, options.folder, objects);
  auto everything = read_folder(options.folder / kApplicationFolder);
  everything.insert(everything.end(), documents.begin(), documents.end());
  const auto order = in_sync_order(everything);
  rehearsal.ignored = order.ignored;
  const auto stand_in = scripts_of_pods(project, rendered.delivery);
  if (stand_in) rehearsal.made_up.push_back(stand_in_note(project, rendered.delivery.method));
  const PodSetting setting{*options.hook,
                           folder.path(),
                           &objects,
                           &server.server(),
                           &clock,
                           &stop,
                           stand_in ? &*stand_in : nullptr};
  create_tenants(project, documents, setting);
  PodRunner pods(setting);
  Timeline timeline(out, order);
  const bool text = options.output == "text";
  if (text) timeline.title(rehearsal);
  rehearsal.sync = run_sync(order, objects, pods, clock, stop, text ? timeline.events() : SyncEvents{});
  if (text && rehearsal.sync.succeeded()) timeline.promise_title();
  const auto on_version = [&](const VersionPromise& promise) {
    if (text) timeline.promise(promise);
  };
  check_promises(project, documents, server.server(), pods, clock, on_version, rehearsal);
  if (text) timeline.summary(rehearsal);
}

}  // namespace

ExitCode run_rehearse(const RehearseOptions& given, std::ostream& out, std::ostream& err,
                      const StopSignal& stop) {
  RehearseOptions options = given;
  options.hook = find_hook_program(given.hook);  // now, because it is missing more often than a server
  if (options.keep && !options.database_url.empty()) {
    throw Error(ExitCode::kUsage, "--keep is about the throw-away server, and --database-url asks for none",
                "Give one of them.");
  }
  const auto templates =
      options.templates ? Templates::with_overrides(*options.templates) : Templates::built_in();
  const auto project = open_environment(options.folder, options.environment, err);
  const Rendered rendered = make_manifests(project, read_files(project), templates, argocd_presync());
  ServerOfRehearsal server(options, stop);
  Rehearsal rehearsal;
  rehearsal.project = project.name;
  rehearsal.environment = project.environment;
  rehearsal.own_server = server.is_own();
  rehearsal.server_version = server.server().version();
  rehearse(options, project, rendered, server, rehearsal, out, stop);
  // A log may hold any bytes; those that are no UTF-8 become U+FFFD.
  const auto replace = nlohmann::ordered_json::error_handler_t::replace;
  if (options.output == "json") out << rehearsal_json(rehearsal).dump(2, ' ', false, replace) << "\n";
  if (options.keep) server.keep(err);
  return rehearsal.succeeded() ? ExitCode::kDone : ExitCode::kFound;
}

}  // namespace windlass::generator
