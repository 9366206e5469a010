// Generator and hook agree: every container that is rendered is loaded by the hook's own loader, with the
// files that its pod would see.
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/files.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "core/contract/labels.hpp"
#include "core/contract/phase.hpp"
#include "core/contract/settings.hpp"
#include "core/migrations/script_set.hpp"
#include "core/project/load.hpp"
#include "generator/check/object.hpp"
#include "generator/manifests/manifests.hpp"
#include "generator/manifests/project_files.hpp"
#include "hook/settings/load.hpp"
#include "tests/support/examples.hpp"

namespace windlass {
namespace {

namespace fs = std::filesystem;
using generator::list_at;
using generator::Manifest;
using generator::Rendered;
using generator::text_at;
using generator::Tree;

// What Kubernetes makes of a value without variables to expand
// (kubernetes/third_party/forked/golang/expansion).
std::string expanded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '$' && i + 1 < text.size()) {
      REQUIRE(text[i + 1] != '(');  // it would be taken for a variable
      if (text[i + 1] == '$') ++i;
    }
    result += text[i];
  }
  return result;
}

constexpr std::string_view kFileSuffix = "_FILE";

std::string secret_value(std::string_view variable) {
  return variable == "WINDLASS_DATABASE_URL" ? "postgresql://storefront:storefront@db:5432/storefront"
                                             : "secret";
}

// A pod as the kubelet would start it: its projected volumes lie in a folder, and what an init container of
// somebody's image brings is there. `image` is the root folder of every image.
class Pod {
 public:
  Pod(const Rendered& rendered, const Tree& pod, const fs::path& image)
      : folder_("windlass-test-"), image_(image), pod_(pod) {
    for (const auto& volume : list_at(pod, {"spec", "volumes"})) {
      for (const auto& source : list_at(volume, {"projected", "sources"})) {
        write_source(rendered, std::string(text_at(volume, {"name"})), source);
      }
      const fs::path place = folder_.path() / text_at(volume, {"name"});
      if (volume.find({"image"}) != nullptr) fs::create_directory_symlink(image_, place);
      if (volume.find({"emptyDir"}) != nullptr) fs::create_directory(place);
    }
    for (const auto& container : list_at(pod, {"spec", "initContainers"})) {
      if (text_at(container, {"name"}) == "scripts") run(container);
    }
  }

  // Where a path inside the container lies on this machine.
  std::string here(const Tree& container, const std::string& path) const {
    for (const auto& mount : list_at(container, {"volumeMounts"})) {
      const std::string at(text_at(mount, {"mountPath"}));
      if (path != at && !path.starts_with(at + "/")) continue;
      return (folder_.path() / text_at(mount, {"name"})).string() + path.substr(at.size());
    }
    return image_.string() + path;
  }

  // The container's environment, its settings file found where it lies here.
  hook::Environment environment(const Tree& container) const {
    hook::Environment environment;
    for (const auto& variable : list_at(container, {"env"})) {
      const std::string name(text_at(variable, {"name"}));
      REQUIRE(environment.count(name) == 0);
      environment[name] = variable.find({"valueFrom"}) != nullptr ? secret_value(name)
                                                                  : expanded(text_at(variable, {"value"}));
      if (name.ends_with(kFileSuffix)) environment[name] = credential(container, name, environment[name]);
    }
    if (auto settings = environment.find("WINDLASS_SETTINGS"); settings != environment.end()) {
      settings->second = here(container, settings->second);
    }
    return environment;
  }

 private:
  // Its command as the kubelet expands it, on this machine.
  void run(const Tree& container) const {
    Command command;
    for (const auto& word : list_at(container, {"command"})) {
      const bool folder = *word.text() == "$(SCRIPTS)";
      const std::string text =
          folder ? std::string(text_at(list_at(container, {"env"}).front(), {"value"})) : *word.text();
      command.arguments.push_back(text.starts_with('/') ? here(container, text) : text);
    }
    const auto ended = run_process(command, {.limit = Milliseconds(30'000)});
    INFO(ended.error);
    CHECK(ended.exit_code == 0);
  }

  // The file that somebody else puts into a volume of the pod, as a file here.
  std::string credential(const Tree& container, const std::string& name, const std::string& path) const {
    const std::string variable = name.substr(0, name.size() - kFileSuffix.size());
    const std::string file = path.starts_with("/vault/secrets/") ? (folder_.path() / path.substr(1)).string()
                                                                 : here(container, path);
    write_file_atomically(file, secret_value(variable));
    return file;
  }

  void write_source(const Rendered& rendered, const std::string& volume, const Tree& source) {
    if (source.find({"configMap"}) == nullptr) return;
    const auto* map = generator::find_object(
        rendered.objects, {"ConfigMap", std::string(text_at(source, {"configMap", "name"}))});
    REQUIRE(map != nullptr);
    for (const auto& item : list_at(source, {"configMap", "items"})) {
      const Tree* data = map->tree.find({"data", text_at(item, {"key"})});
      REQUIRE(data != nullptr);
      write_file_atomically(folder_.path() / volume / text_at(item, {"path"}), *data->text());
    }
  }

  TemporaryDirectory folder_;
  fs::path image_;
  const Tree& pod_;
};

void check_names(const hook::Environment& environment) {
  for (const auto& [name, value] : environment) {
    if (!name.starts_with("WINDLASS_")) continue;
    bool known = false;
    for (const auto& row : setting_table()) {
      const auto setting = setting_environment_name(row.name);
      known = known || name == setting || name == setting + std::string(kFileSuffix);
    }
    CHECK(known);
  }
}

// The scripts as they are mounted are the set that the container expects.
void check_scripts(const Pod& pod, const Tree& container, const hook::Settings& settings) {
  if (settings.expect_digest.empty()) return;
  std::vector<std::string> locations;
  for (const auto& location : settings.locations) locations.push_back(pod.here(container, location));
  const auto set = migrations::read_script_set(locations, "/", hook::set_rules(settings));
  CHECK(to_text(set.diagnostics).empty());
  CHECK(set.digest == settings.expect_digest);
  for (const auto& location : settings.verify_locations)
    CHECK(fs::is_directory(pod.here(container, location)));
}

hook::Settings load(const Pod& pod, const Tree& container) {
  REQUIRE(container.find({"args"})->list()->size() == 1);
  const auto phase = parse_phase(*container.find({"args"})->list()->front().text());
  REQUIRE(phase.has_value());
  CHECK(*container.find({"command"}) == generator::List{contract::kHookProgram});
  const auto environment = pod.environment(container);
  check_names(environment);
  auto loaded = hook::load_settings(*phase, {}, environment);
  CHECK(loaded.warnings.empty());
  CHECK((loaded.fault ? loaded.fault->what() + loaded.fault->details() : std::string()).empty());
  return std::move(loaded.settings);
}

// Loads every container of every Job, of the rollback and of the guard; the settings by the container's name.
std::map<std::string, hook::Settings> load_all(const project::Project& project,
                                               const fs::path& image = "/no image") {
  const auto rendered = generator::make_manifests(
      project, generator::read_files(project), generator::Templates::built_in(), generator::argocd_presync());
  std::map<std::string, hook::Settings> all;
  for (const auto& object : rendered.objects) {
    const Tree* template_of = generator::pod_template(object);
    if (template_of == nullptr) continue;
    const Pod pod(rendered, *template_of, image);
    for (const auto* container : generator::containers_of(*template_of)) {
      const std::string name(text_at(*container, {"name"}));
      if (!generator::is_hook_container(*container)) continue;
      INFO(object.path << ", container " << name);
      const auto settings = load(pod, *container);
      CHECK(settings.environment == project.environment);
      check_scripts(pod, *container, settings);
      all[name] = settings;
    }
  }
  for (const auto& snippet : rendered.snippets) {
    const Tree& patch = *snippet.tree.find({"spec", "template"});
    for (const auto* container : generator::containers_of(patch)) {
      if (!generator::is_hook_container(*container)) continue;
      all[std::string(text_at(*container, {"name"}))] = load(Pod(rendered, patch, image), *container);
    }
  }
  return all;
}

project::Project load_project(const fs::path& file, const std::string& environment) {
  auto loaded = project::load_project(file, environment);
  INFO(to_text(loaded.diagnostics));
  REQUIRE(loaded.project.has_value());
  return std::move(*loaded.project);
}

// The root folder of an image that holds the project's folder where its delivery says.
class Image {
 public:
  explicit Image(const project::Project& project) : root_("windlass-test-") {
    const fs::path place = root_.path() / project.delivery.path.substr(1);
    fs::create_directories(place);
    fs::copy(fs::path(project.file).parent_path(), place, fs::copy_options::recursive);
  }
  const fs::path& root() const { return root_.path(); }

 private:
  TemporaryDirectory root_;
};

// No bucket stands here: what is fetched comes out of the image.
std::vector<std::string> fetch_from_image() { return {"cp", "-R", "/migrations/.", "$(SCRIPTS)"}; }

}  // namespace

TEST_CASE("the hook understands every container of the examples, in every environment") {
  std::size_t loaded = 0;
  for (const auto& folder : example_projects(WINDLASS_EXAMPLES)) {
    const auto file = project::config_path(folder);
    auto environments = load_project(file, "").environments;
    if (environments.empty()) environments.emplace_back();
    for (const auto& environment : environments) {
      INFO(file.string() << " for " << environment);
      auto project = load_project(file, environment);
      if (project.delivery.method == project::DeliveryMethod::kObjectStorage)
        project.delivery.command = fetch_from_image();
      const Image image(project);
      loaded += load_all(project, image.root()).size();
    }
  }
  CHECK(loaded > 0);
}

TEST_CASE("the hook finds the whole set by every method of delivery") {
  using project::DeliveryMethod;
  const TemporaryDirectory place("windlass-test-");
  const fs::path& folder = place.path();
  write_file_atomically(folder / "sql/V1__a.sql", "select 1;\n");
  write_file_atomically(folder / "sql/deep/V2__b c.sql", std::string(2'000'000, '-') + "\nselect 2;\n");
  write_file_atomically(folder / "shared/V3__c.sql", "vacuum;\n");
  write_file_atomically(folder / "shared/V3__c.sql.conf", "executeInTransaction=false\n");
  fs::create_symlink("V3__c.sql", folder / "shared/V4__d.sql");
  write_file_atomically(folder / "verify/q.sql", "select 1 where false;\n");

  project::Project project;
  project.file = (folder / "windlass.yaml").string();
  project.name = "shop";
  project::Database database;
  database.key = "main";
  database.scripts.locations = {"filesystem:./sql/", "shared"};
  database.connection.url = project::SecretKey{"db", "url"};
  project.databases = {database};
  project.kubernetes.min_version = "1.36";
  project.delivery.image = "registry.example.com/shop/migrations:1";
  project.delivery.method = GENERATE(DeliveryMethod::kAuto, DeliveryMethod::kImage, DeliveryMethod::kCopy,
                                     DeliveryMethod::kImageVolume, DeliveryMethod::kObjectStorage);
  if (project.delivery.method == DeliveryMethod::kObjectStorage)
    project.delivery.command = fetch_from_image();
  INFO(method_name(project.delivery.method));
  const Image image(project);
  const auto all = load_all(project, image.root());
  CHECK(all.at("migrate").locations.size() == 2);
  CHECK(all.at("verify").verify_locations.size() == 1);
}

TEST_CASE("every value that a project can give arrives in the hook as it was written") {
  const TemporaryDirectory folder("windlass-test-");
  write_file_atomically(folder.path() / "sql/V1__a.sql", "select 1;\n");
  write_file_atomically(folder.path() / "sql/V2__b.sql", "vacuum;\n");
  write_file_atomically(folder.path() / "sql/V2__b.sql.conf", "executeInTransaction=false\n");
  write_file_atomically(folder.path() / "more, sql/sub dir/V3__c d.sql",
                        "select '\xC3\xBC';\r\n\xE2\x80\xA8  --\t\n\n");
  write_file_atomically(folder.path() / "checks/q.sql", "select 1 where false;\n");

  project::Project project;
  project.file = (folder.path() / "windlass.yaml").string();
  project.name = "shop";
  project.environment = "prod";
  project.environments = {"prod"};
  project::Database database;
  database.key = "main";
  database.name = "shop $(db)";
  database.schemas = {"core", "audit"};
  database.default_schema = "core";
  database.history_table = "history";
  database.scripts.locations = {"sql", "more, sql"};
  database.scripts.verify = {"checks"};
  database.connection.host = "db.example.com";
  database.connection.port = 6432;
  database.connection.user_secret = project::SecretKey{"db", "user"};
  database.connection.password = project::SecretKey{"db", "password"};
  database.connection.ssl_mode = "verify-full";
  project.databases = {database};
  project.migration.policies.dry_run_first = true;
  project.migration.limits = {Milliseconds(1'500), Milliseconds(90'000), 3, Milliseconds(600'000)};
  project.migration.placeholders = {
      {"plain", "x"}, {"dollars", "$$(A) $(B) ${C} $"}, {"comma", "a, b"}, {"empty", ""}};
  project.migration.settings = {
      {"out-of-order", "true"},    {"ignore-migration-patterns", "*:future,*:missing"},
      {"baseline-version", "0.9"}, {"lock-wait", "1m30s"},
      {"safety-delay", "1s"},      {"target", "3"}};
  project.backup.retention = 2;
  project.verify.allow_not_valid = {"orders.fk_a", "orders.fk_b"};

  const auto all = load_all(project);
  REQUIRE(all.size() == 7);
  const auto& migrate = all.at("migrate");
  CHECK(migrate.database_host == "db.example.com");
  CHECK(migrate.database_port == 6432);
  CHECK(migrate.database_name == "shop $(db)");
  CHECK(migrate.database_user == "secret");
  CHECK(migrate.schemas == std::vector<std::string>{"core", "audit"});
  CHECK(migrate.default_schema == "core");
  CHECK(migrate.history_table == "history");
  CHECK(migrate.lock_timeout == Milliseconds(1'500));
  CHECK(migrate.statement_timeout == Milliseconds(90'000));
  CHECK(migrate.retries == 3);
  CHECK(migrate.deadline == Milliseconds(600'000));
  CHECK(migrate.lock_wait == Milliseconds(90'000));
  CHECK(migrate.placeholders == project.migration.placeholders);
  CHECK(migrate.out_of_order);
  CHECK(migrate.ignore_migration_patterns == std::vector<std::string>{"*:future", "*:missing"});
  CHECK(migrate.baseline_version == "0.9");
  CHECK(migrate.target == "3");
  CHECK_FALSE(migrate.dry_run);
  CHECK(migrate.run_labels.at("image") == project.kubernetes.image);
  CHECK(all.at("dry-run").dry_run);
  CHECK(all.at("preflight").placeholders == project.migration.placeholders);
  CHECK(all.at("backup").backup_retention == 2);
  CHECK(all.at("backup").backup_dir == "/windlass/backup");
  CHECK(all.at("verify").allow_not_valid == project.verify.allow_not_valid);
  CHECK(all.at("verify").expect_version == "3");
  CHECK(all.at("windlass-guard").expect_version == "3");
  CHECK(all.at("windlass-guard").default_schema == "core");
  const auto& rollback = all.at("rollback");
  CHECK(rollback.target == find_setting("target")->default_value);
  CHECK(rollback.confirm.empty());
  CHECK(rollback.safety_delay == Milliseconds(1'000));
  CHECK(rollback.placeholders == project.migration.placeholders);
}

}  // namespace windlass
