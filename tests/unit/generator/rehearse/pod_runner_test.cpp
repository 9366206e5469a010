#include "generator/rehearse/pod_runner.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "generator/rehearse/job_runner.hpp"
#include "tests/support/test_database.hpp"

using namespace windlass;
using namespace windlass::generator;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

// A rehearsal whose hook is a shell script.
class Rehearsed {
 public:
  explicit Rehearsed(const std::string& script) {
    const auto hook = folder_.path() / "windlass-hook";
    write_file_atomically(hook, "#!/bin/sh\n" + script);
    fs::permissions(hook, fs::perms::owner_all);
    objects_.apply(json::parse(R"({"kind": "Secret", "metadata": {"name": "db"}, "stringData": {
        "url": "postgresql://pod_role:it%27s@db.example/pod_shop?sslmode=verify-full&hostaddr=192.0.2.1",
        "keywords": "host=db.example user=pod_role password='it\\'s' dbname=pod_shop", "password": "it's\n"}})"));
    objects_.apply(json::parse(R"({"kind": "ConfigMap", "metadata": {"name": "settings"},
        "data": {"settings.yaml": "locations: [/windlass/sql]\n", "V1__a.sql": "-- /windlass/sql\n"}})"));
    pods_ =
        std::make_unique<PodRunner>(PodSetting{hook, folder_.path(), &objects_, &server_, &clock_, &stop_});
  }

  ContainerResult run(const std::string& container, const std::string& volumes = "[]") {
    return pods_->run_container({{"pod", "shop", "sa", {}, {}},
                                 json::parse("{\"volumes\": " + volumes + "}"),
                                 json::parse(container)},
                                Milliseconds(20'000), {});
  }
  JobResult run_job(const std::string& spec) {
    return generator::run_job({{"metadata", {{"name", "job"}}}, {"spec", json::parse(spec)}}, *pods_, clock_,
                              stop_, {});
  }

 private:
  TemporaryDirectory folder_{"windlass-test-"};
  RehearsalServer server_{windlass::testing::test_server()};
  Objects objects_;
  SystemClock clock_;
  StopSignal stop_;
  std::unique_ptr<PodRunner> pods_;
};

std::string container(const std::string& env, const std::string& args = "\"migrate\"") {
  return R"({"name": "main", "args": [)" + args +
         R"(], "volumeMounts": [{"name": "v", "mountPath": "/windlass/sql"}],
             "env": [)" +
         env + "]}";
}

constexpr const char* kVolume = R"([{"name": "v", "configMap": {"name": "settings"}}])";
constexpr const char* kUrl =
    R"({"name": "WINDLASS_DATABASE_URL", "valueFrom": {"secretKeyRef": {"name": "db", "key": "url"}}})";
const std::string kPod =
    std::string(R"("template": {"spec": {"containers": [{"name": "main", "args": ["migrate"], "env": [)") +
    kUrl + "]}]}}";

std::string our_url() {
  return windlass::testing::test_server().url("pod_shop", "pod_role", Secret("it's")).reveal();
}

}  // namespace

TEST_CASE("however a container names its database, it gets the one variable that leads to our server") {
  Rehearsed rehearsed(
      R"(env | grep -E '^(WINDLASS_DATABASE|PG)'; psql -XAtc 'SELECT current_user' "$WINDLASS_DATABASE_URL")");
  const auto secret = [](const std::string& name, const std::string& key) {
    return R"({"name": ")" + name + R"(", "valueFrom": {"secretKeyRef": {"name": "db", "key": ")" + key +
           "\"}}}";
  };
  const std::vector<std::string> environments{
      kUrl, secret("WINDLASS_DATABASE_URL", "keywords"),
      R"({"name": "WINDLASS_DATABASE_HOST", "value": "db.example"}, {"name": "WINDLASS_DATABASE_USER", "value": "pod_role"},
         {"name": "WINDLASS_DATABASE_NAME", "value": "pod_shop"},)" +
          secret("WINDLASS_DATABASE_PASSWORD", "password"),
      R"({"name": "PGHOST", "value": "db.example"}, {"name": "PGUSER", "value": "pod_role"}, {"name": "PGSSLMODE", "value": "require"},
         {"name": "PGDATABASE", "value": "pod_shop"}, {"name": "PGHOSTADDR", "value": "192.0.2.1"},)" +
          secret("PGPASSWORD", "password")};
  for (const auto& environment : environments) {
    auto result = rehearsed.run(container(environment), kVolume);
    INFO(environment << result.message << result.log);
    const bool with_line_end =
        environment.find("PASSWORD") != std::string::npos;  // as it stands in the Secret
    CHECK(result.output ==
          "WINDLASS_DATABASE_URL=" +
              (with_line_end
                   ? windlass::testing::test_server().url("pod_shop", "pod_role", Secret("it's\n")).reveal()
                   : our_url()) +
              "\npod_role\n");
  }
}

TEST_CASE("a URL past the pooler does not lead a rehearsal to the real server") {
  Rehearsed rehearsed("env | grep -E '^WINDLASS_.*DATABASE'");
  for (const std::string name : {"WINDLASS_DIRECT_DATABASE_URL", "WINDLASS_DIRECT_DATABASE_URL_FILE"}) {
    const bool file = name.ends_with("_FILE");
    const auto result = rehearsed.run(
        std::string(
            R"({"name": "main", "args": ["migrate"], "volumeMounts": [{"name": "s", "mountPath": "/secrets"}],
        "env": [)") +
            kUrl + R"(, {"name": ")" + name + R"(", )" +
            (file ? R"("value": "/secrets/keywords"}]})"
                  : R"("valueFrom": {"secretKeyRef": {"name": "db", "key": "keywords"}}}]})"),
        R"([{"name": "s", "secret": {"secretName": "db"}}])");
    INFO(name << result.message << result.log);
    CHECK(result.output == "WINDLASS_DATABASE_URL=" + our_url() + "\n");
  }
}

TEST_CASE("no proxy stands beside a rehearsed hook, to be told to end") {
  Rehearsed rehearsed("env | grep -E '^WINDLASS_(DATABASE|PROXY)'");
  const auto result = rehearsed.run(
      std::string(R"({"name": "main", "args": ["migrate"], "env": [)") + kUrl +
      R"(, {"name": "WINDLASS_PROXY_QUIT_URL", "value": "http://127.0.0.1:9091/quitquitquit"}]})");
  CHECK(result.output == "WINDLASS_DATABASE_URL=" + our_url() + "\n");
}

TEST_CASE("a connection in a mounted file leads to our server too") {
  Rehearsed rehearsed("env | grep ^WINDLASS_DATABASE");
  const auto result = rehearsed.run(
      R"({"name": "main", "args": ["migrate"], "volumeMounts": [{"name": "s", "mountPath": "/secrets"}],
      "env": [{"name": "WINDLASS_DATABASE_URL_FILE", "value": "/secrets/keywords"}]})",
      R"([{"name": "s", "secret": {"secretName": "db"}}])");
  CHECK(result.output == "WINDLASS_DATABASE_URL=" + our_url() + "\n");
}

TEST_CASE("a container whose connection cannot be led elsewhere is not started") {
  Rehearsed rehearsed("echo started");
  const std::string message =
      "the container main does not say in its environment alone where its database is";
  const auto silent = rehearsed.run(container(""), kVolume);
  CHECK_FALSE(silent.exit_code);
  CHECK(silent.message == message);
  const auto flag =
      rehearsed.run(container(kUrl, "\"migrate\", \"--database-url=postgresql://elsewhere/x\""), kVolume);
  CHECK_FALSE(flag.exit_code);
  CHECK(flag.message == message);
  const auto odd = rehearsed.run(
      container(R"({"name": "WINDLASS_DATABASE_URL", "value": "jdbc:postgresql://x"})"), kVolume);
  CHECK_FALSE(odd.exit_code);
  CHECK(odd.message == "WINDLASS_DATABASE_URL is neither a postgresql:// URL nor a keyword string");
}

TEST_CASE("mount paths are replaced in arguments, environment and settings files, but not in scripts") {
  Rehearsed rehearsed(
      R"(test "$2" = "$A" && grep -qF "[$2]" "$2/settings.yaml" && grep -qF ' /windlass/sql' "$2/V1__a.sql" && echo "$0 $1")");
  const auto result = rehearsed.run(
      container(std::string(kUrl) + R"(, {"name": "A", "value": "/windlass/sql"})", "\"migrate\", \"$(A)\""),
      kVolume);
  INFO(result.message << result.log);
  CHECK(result.exit_code == 0);
  CHECK(result.output.ends_with("windlass-hook migrate\n"));
}

TEST_CASE("the last message is that of the termination file") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"message": "applied 2 scripts", "hint": "x"})", "applied 2 scripts"},
      {"plain\\nsecond", "plain"},
      {"", ""}};
  for (const auto& [written, shown] : cases) {
    Rehearsed rehearsed("printf '" + written + R"(' > "$WINDLASS_TERMINATION_LOG"; exit 3)");
    const auto result = rehearsed.run(container(kUrl), kVolume);
    CHECK(result.message == shown);
    CHECK(result.exit_code == 3);
  }
}

TEST_CASE("containers that run the hook are known by command or by phase") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"command": ["/usr/bin/windlass-hook"], "args": ["guard"]})", "guard"},
      {R"({"args": ["migrate"]})", "migrate"},
      {R"({"command": ["windlass-hook", "verify"]})", "verify"},
      {R"({"command": ["sh"], "args": ["migrate"]})", ""},
      {R"({"args": ["--port=5432"]})", ""},
      {"{}", ""}};
  for (const auto& [text, phase] : cases) CHECK(hook_phase(json::parse(text)) == phase);
}

TEST_CASE("a Job's deadline stops its pod") {
  Rehearsed rehearsed("sleep 30");
  const auto result = rehearsed.run_job(R"({"activeDeadlineSeconds": 1, )" + kPod + "}");
  CHECK_FALSE(result.complete);
  CHECK(result.reason == "DeadlineExceeded");
  CHECK(result.message == "Job was active longer than specified deadline");
  REQUIRE(result.pods.size() == 1);
  CHECK(result.pods[0].containers[0].exit_code == 143);
}

TEST_CASE("every index of an Indexed Job is run, also behind one that failed") {
  Rehearsed rehearsed("test \"$JOB_COMPLETION_INDEX\" != 1 || exit 76");
  const std::string indexed = R"({"completionMode": "Indexed", "completions": 3, "backoffLimitPerIndex": 1,
      "podFailurePolicy": {"rules": [{"action": "FailIndex", "onExitCodes":
          {"containerName": "main", "operator": "In", "values": [76]}}]}, )";
  const auto result = rehearsed.run_job(indexed + kPod + "}");
  CHECK_FALSE(result.complete);
  CHECK(result.reason == "FailedIndexes");
  CHECK(result.message == "Job has failed indexes");
  REQUIRE(result.pods.size() == 3);
  CHECK(result.pods[1].containers[0].exit_code == 76);
  CHECK(result.pods[2].succeeded());
}

TEST_CASE("failures that the policy ignores do not count, but not for ever") {
  Rehearsed rehearsed("exit 75");
  const auto result = rehearsed.run_job(R"({"backoffLimit": 0, "podFailurePolicy": {"rules": [
      {"action": "Ignore", "onExitCodes": {"operator": "In", "values": [75]}}]}, )" +
                                        kPod + "}");
  CHECK(result.reason == "IgnoredTooOften");
  CHECK(result.pods.size() == 11);
}

TEST_CASE("a Job without a container of ours is not taken for a success") {
  Rehearsed rehearsed("exit 0");
  const auto result =
      rehearsed.run_job(R"({"template": {"spec": {"containers": [{"name": "other", "command": ["sh"]}]}}})");
  CHECK(result.reason == "NothingToRun");
  CHECK(result.message == "no container of it runs windlass-hook: other");
}
