#include "generator/chart/values.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/unit/generator/sample_project.hpp"

// That Helm makes the same objects of these values is shown by tests/peers/parity_test.py; here, where they
// stand.
namespace windlass::generator {
namespace {

Tree values_of(const project::Project& project) {
  const auto rendered = sample_render(project, helm());
  return chart_values({rendered, rendered}, project).values;
}

Tree values_of(const Rendered& rendered) {
  return chart_values({rendered, rendered}, sample_project()).values;
}

const Tree& container_at(const Tree& values, std::string_view phase, std::string_view list) {
  return list_at(values, {"databases", "main", "jobs", phase, list}).at(0);
}

}  // namespace

TEST_CASE("what every pod shares stands once at the top") {
  auto project = sample_project();
  project.kubernetes.priority_class = "high";
  const auto values = values_of(project);
  CHECK(text_at(values, {"image"}) == "registry.example.com/windlass:1.0");
  CHECK(text_at(values, {"pod", "priorityClassName"}) == "high");
  CHECK(values.find({"pod", "restartPolicy"}) == nullptr);
  CHECK(*values.find({"job", "activeDeadlineSeconds"}) == 1800);
  for (const auto phase : {"backup", "migrate", "verify"}) {
    CHECK(values.find({"databases", "main", "jobs", phase, "pod"}) == nullptr);
    CHECK(container_at(values, phase, "containers").find({"raw"}) == nullptr);
    CHECK(text_at(container_at(values, phase, "containers"), {"phase"}) == phase);
  }
  CHECK(text_at(container_at(values, "migrate", "initContainers"), {"phase"}) == "preflight");
}

TEST_CASE("a database's values name its Jobs as they are rendered, and its scripts as files") {
  const auto project = sample_project();
  const auto rendered = sample_render(project, helm());
  const auto [members, files] = chart_values({rendered, rendered}, project);
  const Tree values = members;
  const auto& job = manifest_at(rendered, "30-migrate/job-storefront-migrate.yaml");
  CHECK(text_at(values, {"databases", "main", "jobs", "migrate", "name"}) ==
        text_at(job.tree, {"metadata", "name"}));
  CHECK(text_at(values, {"databases", "main", "version"}) == "2");
  const auto& maps = list_at(values, {"databases", "main", "configMaps"});
  REQUIRE(maps.size() == 2);
  CHECK(text_at(maps.at(1), {"files", "sql_V1__a.sql"}) == "files/storefront-sql-0/sql_V1__a.sql");
  CHECK(files.size() == 3);
}

TEST_CASE("the settings of the rollback stay with the release") {
  auto project = sample_project();
  project.migration.placeholders = {{"greeting", "hello, world"}};
  const auto values = values_of(project);
  const auto& maps = list_at(values, {"databases", "main", "configMaps"});
  REQUIRE(maps.size() == 4);
  CHECK(text_at(maps.at(3), {"name"}) == "storefront-rollback-settings");
  CHECK(text_at(maps.at(3), {"stage"}) == "release");
}

TEST_CASE("the guard has its own resources") {
  const auto values = values_of(sample_project());
  const auto& containers = list_at(values, {"databases", "main", "guard", "initContainers"});
  REQUIRE(containers.size() == 1);
  CHECK(text_at(containers.at(0), {"phase"}) == "guard");
  CHECK(text_at(containers.at(0), {"resources", "limits", "memory"}) == "64Mi");
  CHECK(*containers.at(0).find({"runAsUser"}) == 65532);
}

TEST_CASE("what the chart has no template for travels as it is") {
  auto rendered = sample_render(sample_project(), helm());
  const Members policy = {{"apiVersion", "networking.k8s.io/v1"},
                          {"kind", "NetworkPolicy"},
                          {"metadata", Members{{"name", "storefront"}, {"namespace", "shop"}}},
                          {"spec", Members{{"podSelector", Members{}}}}};
  rendered.objects.push_back({"10-support/networkpolicy-storefront.yaml", policy, ""});
  rendered.objects.push_back({"40-release/networkpolicy-storefront-rollback.yaml", policy, ""});
  const auto values = values_of(rendered);
  REQUIRE(list_at(values, {"supportObjects"}).size() == 1);
  REQUIRE(list_at(values, {"releaseObjects"}).size() == 1);
  const auto& object = list_at(values, {"supportObjects"}).at(0);
  CHECK(text_at(object, {"kind"}) == "NetworkPolicy");
  CHECK(object.find({"metadata", "namespace"}) == nullptr);
}

TEST_CASE("a container of another program, and one that the chart would make otherwise, travel whole") {
  auto rendered = sample_render(sample_project(), helm());
  for (auto& object : rendered.objects) {
    if (object.path != "30-migrate/job-storefront-migrate.yaml") continue;
    Tree* init = object.tree.find({"spec", "template", "spec", "initContainers"});
    List containers = *init->list();
    containers.insert(containers.begin(), Members{{"name", "proxy"}, {"image", "proxy:1"}});
    Members preflight = *containers.at(1).members();
    preflight.push_back({"tty", true});
    containers.at(1) = std::move(preflight);
    *init = std::move(containers);
  }
  const auto values = values_of(rendered);
  const auto& list = list_at(values, {"databases", "main", "jobs", "migrate", "initContainers"});
  REQUIRE(list.size() == 2);
  CHECK(text_at(list.at(0), {"raw", "image"}) == "proxy:1");
  CHECK(list.at(0).find({"phase"}) == nullptr);
  CHECK(text_at(list.at(1), {"phase"}) == "preflight");
  CHECK(*list.at(1).find({"raw", "tty"}) == true);
}

namespace {

Manifest& object_at(Rendered& rendered, const std::string& path) {
  for (auto& object : rendered.objects) {
    if (object.path == path) return object;
  }
  throw std::runtime_error("no object " + path);
}

}  // namespace

TEST_CASE(
    "an object that is wanted otherwise stands whole, without its namespace, and the others as before") {
  const auto project = sample_project();
  const auto built_in = sample_render(project, helm());
  auto wanted = built_in;
  for (const auto& object : built_in.objects) {
    if (text_at(object.tree, {"metadata", "labels", "app.kubernetes.io/component"}) != "backup")
      *object_at(wanted, object.path).tree.find({"metadata", "labels"}) = Members{{"own", "label"}};
  }
  const Tree values = chart_values({built_in, wanted}, project).values;
  const Tree before = chart_values({built_in, built_in}, project).values;
  const Tree& database = *values.find({"databases", "main"});
  CHECK(*database.find({"jobs", "backup"}) == *before.find({"databases", "main", "jobs", "backup"}));
  for (const auto* whole : {database.find({"jobs", "migrate"}), database.find({"rollback"})}) {
    REQUIRE(whole != nullptr);
    CHECK(whole->find({"containers"}) == nullptr);
    CHECK(text_at(*whole, {"object", "metadata", "labels", "own"}) == "label");
    CHECK(whole->find({"object", "metadata", "namespace"}) == nullptr);
    CHECK(text_at(*whole, {"name"}) == text_at(*whole, {"object", "metadata", "name"}));
  }
  CHECK(text_at(database, {"marker", "object", "metadata", "labels", "own"}) == "label");
  CHECK(database.find({"configMaps"}) == nullptr);
  CHECK(*values.find({"serviceAccount", "create"}) == Tree(false));
  CHECK(list_at(values, {"supportObjects"}).size() == 3);
  CHECK(list_at(values, {"releaseObjects"}).size() == 1);
  CHECK(text_at(list_at(values, {"supportObjects"}).front(),
                {"metadata", "annotations", "argocd.argoproj.io/sync-options"}) == "ServerSideApply=true");
}

TEST_CASE("a guard with more than the chart's helpers hand on is refused") {
  const auto project = sample_project();
  const auto built_in = sample_render(project, helm());
  auto wanted = built_in;
  *wanted.snippets.front().tree.find({"spec", "template", "spec"}) =
      Members{{"initContainers", List{}}, {"hostNetwork", true}};
  CHECK_THROWS_WITH(chart_values({built_in, wanted}, project),
                    "the template guard_patch.yaml sets hostNetwork, which no helper of the chart carries");
}

namespace {

project::Project observed_project() {
  auto project = sample_project();
  project.alerts.enabled = true;
  project.alerts.labels = {{"release", "prometheus"}};
  project.alerts.not_run_for = Milliseconds{24 * 3600 * 1000};
  project.dashboard.enabled = true;
  return project;
}

}  // namespace

TEST_CASE("a project behind others says its rank") {
  auto project = sample_project();
  CHECK(values_of(project).find({"rank"}) == nullptr);
  project.rank = 2;
  CHECK(*values_of(project).find({"rank"}) == 2);
}

TEST_CASE("alerts and the dashboard are values in the words of windlass.yaml") {
  const auto values = values_of(observed_project());
  CHECK(*values.find({"alerts"}) == Members{{"enabled", true},
                                            {"failurePercent", 25},
                                            {"labels", Members{{"release", "prometheus"}}},
                                            {"notRunFor", "24h"}});
  CHECK(*values.find({"dashboard"}) == Members{{"enabled", true}});
  CHECK(values.find({"releaseObjects"}) == nullptr);
}

TEST_CASE("alerts and a dashboard that are wanted otherwise stand whole, and the chart makes none besides") {
  const auto project = observed_project();
  const auto built_in = sample_render(project, helm());
  auto wanted = built_in;
  for (const auto* path :
       {"40-release/prometheusrule-storefront-alerts.yaml", "40-release/configmap-storefront-dashboard.yaml"})
    *object_at(wanted, path).tree.find({"metadata", "labels"}) = Members{{"own", "label"}};
  const Tree values = chart_values({built_in, wanted}, project).values;
  CHECK(values.find({"alerts"}) == nullptr);
  CHECK(values.find({"dashboard"}) == nullptr);
  const auto& objects = list_at(values, {"releaseObjects"});
  REQUIRE(objects.size() == 2);
  for (const auto& object : objects) CHECK(text_at(object, {"metadata", "labels", "own"}) == "label");
}

}  // namespace windlass::generator
