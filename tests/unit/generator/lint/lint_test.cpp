#include "generator/lint/lint.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "generator/commands/lint.hpp"
#include "generator/lint/markdown.hpp"
#include "generator/lint/rule.hpp"
#include "generator/lint/sarif.hpp"
#include "tests/support/examples.hpp"
#include "tests/support/golden_file.hpp"

using namespace windlass;
using namespace windlass::generator;
namespace fs = std::filesystem;

namespace {

const std::string kHead =
    "apiVersion: v1\nkind: ProjectConfig\nmetadata: {name: shop}\nspec:\n"
    "  backup: {claimName: b}\n  databases: {main: {name: shop}}\n";

using Files = std::map<std::string, std::string>;

// "rule place: message" of each finding in a project of these files; places are below the project's folder.
std::string findings(const Files& files, const std::string& spec = {}, const std::string& environment = {}) {
  const TemporaryDirectory folder("windlass-lint-");
  write_file_atomically(folder.path() / "windlass.yaml", kHead + spec);
  for (const auto& [path, text] : files) write_file_atomically(folder.path() / path, text);
  const auto result = lint_project(folder.path(), environment);
  std::string text;
  for (const auto& finding : result.findings.list()) {
    const std::string severity = finding.severity == Severity::kError ? "" : "warning ";
    const std::string place = to_string(finding.position);
    CHECK(place.starts_with(folder.path().string()));
    text += severity + finding.rule + " " + place.substr(folder.path().string().size() + 1) + ": " +
            finding.message + "\n";
    CHECK_FALSE(finding.help.empty());
  }
  return text;
}

const std::string kStrict = "  migration: {policies: {requireRollback: true, requireValidation: true}}\n";

}  // namespace

TEST_CASE("a project with undo scripts and verify queries has no findings") {
  const Files files = {{"sql/V1__a.sql", "CREATE TABLE a (id int);"},
                       {"sql/U1__a.sql", "DROP TABLE a;"},
                       {"sql/R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT 1 AS one;"},
                       {"sql/V2__i.sql", "CREATE INDEX CONCURRENTLY i ON a (id);"},
                       {"sql/U2__i.sql", "DROP INDEX CONCURRENTLY i;"},
                       {"verify/V1__a.sql", "SELECT id FROM a WHERE id < 0;"},
                       {"verify/V02__any_words.sql", "SELECT true;"}};
  CHECK(findings(files, kStrict).empty());
}

TEST_CASE("missing-undo and missing-verify hold only where the policy asks") {
  const Files files = {{"sql/V1__a.sql", "SELECT 1;"},       {"sql/V2.1__b.sql", "SELECT 1;"},
                       {"sql/U1__a.sql", "SELECT 1;"},       {"verify/V2.1__b.sql", "SELECT true;"},
                       {"verify/notes.sql", "SELECT true;"}, {"verify/U1__a.sql", "SELECT true;"}};
  CHECK(findings(files).empty());
  CHECK(findings(files, kStrict) ==
        "missing-verify sql/V1__a.sql: version 1 has no verify query\n"
        "missing-undo sql/V2.1__b.sql: version 2.1 has no undo script\n");
}

TEST_CASE("empty-verify, empty-script, orphan-undo and misnamed-file name the file") {
  CHECK(findings({{"verify/V1__a.sql", "-- later\n"}, {"sql/V1__a.sql", "SELECT 1;"}}) ==
        "empty-verify verify/V1__a.sql: this file holds no query\n");
  CHECK(findings({{"sql/V1__a.sql", "/* later */\n"}}) ==
        "warning empty-script sql/V1__a.sql: this script holds no statement\n");
  CHECK(findings({{"sql/V1__a.sql", "SELECT 1;"}, {"sql/U2__a.sql", "SELECT 1;"}}) ==
        "warning orphan-undo sql/U2__a.sql: there is no version 2 that it takes back\n");
  CHECK(findings({{"sql/V1__a.sql", "SELECT 1;"}, {"sql/V2_b.sql", "SELECT 1;"}})
            .find("misnamed-file sql/V2_b.sql") != std::string::npos);
}

TEST_CASE("transaction-control and mixed-transaction are found where the hook would refuse") {
  CHECK(findings({{"sql/V1__a.sql", "SELECT 1;\nCOMMIT;\n"}}) ==
        "transaction-control sql/V1__a.sql:2:1: COMMIT inside a script\n");
  CHECK(findings({{"sql/V1__a.sql", "BEGIN;\nSELECT 1;\nCOMMIT;\n"}}).empty());
  CHECK(findings({{"sql/V1__a.sql", "CREATE TABLE a (id int);\n  VACUUM a;\n"}}) ==
        "mixed-transaction sql/V1__a.sql:2:3: VACUUM cannot run inside a transaction, but the script's other "
        "statements should\n");
  CHECK(findings({{"sql/V1__a.sql", "CREATE TABLE a (id int);\nVACUUM a;\n"},
                  {"sql/V1__a.sql.conf", "executeInTransaction=false\n"}})
            .empty());
}

TEST_CASE("script-text is about what cannot be cut or replaced, in scripts and in verify queries") {
  CHECK(findings(
            {{"sql/V1__a.sql", "SELECT ${nobody};\n"}, {"verify/V1__a.sql", "SELECT '${nobody}' = '';\n"}}) ==
        "script-text sql/V1__a.sql:1:8: no value for the placeholder ${nobody}\n"
        "script-text verify/V1__a.sql:1:9: no value for the placeholder ${nobody}\n");
  CHECK(findings({{"sql/V1__a.sql", "SELECT 'open;\n"}}).starts_with("script-text sql/V1__a.sql:1:8: "));
  CHECK(
      findings({{"sql/V1__a.sql", "SELECT '${flyway:user}', '${flyway:filename}', '${flyway:environment}';"}})
          .empty());
}

TEST_CASE("syntax-error is a warning at the place that the parser stumbles over") {
  CHECK(findings({{"sql/V1__a.sql", "SELECT 1;\nCREATE TABEL a (id int);\n"}}) ==
        "warning syntax-error sql/V1__a.sql:2:8: syntax error at or near \"TABEL\"\n");
  CHECK(findings({{"sql/V1__a.sql", "SELECT 'ä', ${n};\nSELECT ${n} FORM b;\n"}},
                 "  migration: {placeholders: {n: \"123456789\"}}\n") ==
        "warning syntax-error sql/V1__a.sql:2:18: syntax error at or near \"b\"\n");
}

TEST_CASE("script-set is about scripts that do not make one set") {
  const auto text = findings({{"sql/V1__a.sql", "SELECT 1;"}, {"sql/V01__b.sql", "SELECT 1;"}});
  CHECK(text.starts_with("script-set sql/"));
  CHECK(findings({}).find("script-set") != std::string::npos);
}

TEST_CASE("a faulty config is all that is found, a surprising one is a warning") {
  CHECK(findings({{"sql/V1__a.sql", "COMMIT;"}}, "  kubernets: {}\n") ==
        "config windlass.yaml:7:3: unknown key \"kubernets\" in spec\n");
  CHECK(findings({{"sql/V1__a.sql", "SELECT 1;"}}, "  environments: {prod: {backup: {retention: 3}}}\n",
                 "prdo") == "config windlass.yaml:7:17: no environment \"prdo\" in this file\n");
}

TEST_CASE("without --env every environment is linted, and what they share is said once") {
  const std::string spec =
      "  environments:\n"
      "    dev: {migration: {placeholders: {size: \"1\"}}}\n"
      "    prod: {migration: {policies: {requireRollback: true}}}\n";
  const Files files = {{"sql/V1__a.sql", "SELECT ${size};\nCOMMIT;\n"}};
  CHECK(findings(files, spec) ==
        "missing-undo sql/V1__a.sql: version 1 has no undo script\n"
        "script-text sql/V1__a.sql:1:8: no value for the placeholder ${size}\n"
        "transaction-control sql/V1__a.sql:2:1: COMMIT inside a script\n");
  CHECK(findings(files, spec, "dev") == "transaction-control sql/V1__a.sql:2:1: COMMIT inside a script\n");
}

TEST_CASE("the command prints findings with their rule and exits with 1 for errors only") {
  const TemporaryDirectory folder("windlass-lint-");
  write_file_atomically(folder.path() / "windlass.yaml", kHead);
  write_file_atomically(folder.path() / "sql/V1__a.sql", "SELECT 1;\nCOMMIT;\n");
  const std::string script = (folder.path() / "sql/V1__a.sql").string();
  std::ostringstream text;
  CHECK(run_lint({folder.path(), "", "text"}, text) == ExitCode::kFound);
  CHECK(text.str() ==
        script +
            ":2:1: error: COMMIT inside a script [transaction-control]\n  COMMIT;\n  ^\n"
            "  help: A script runs in one transaction with its history row. Remove it, or put each part "
            "into a script of its own.\n1 script: 1 error, 0 warnings\n");
  std::ostringstream json;
  CHECK(run_lint({folder.path(), "", "json"}, json) == ExitCode::kFound);
  const auto report = nlohmann::json::parse(json.str());
  CHECK(report["schemaVersion"] == 1);
  CHECK(report["errors"] == 1);
  CHECK(report["warnings"] == 0);
  CHECK(report["findings"][0]["rule"] == "transaction-control");
  CHECK(report["findings"][0]["file"] == script);
  CHECK(report["findings"][0]["line"] == 2);
  write_file_atomically(folder.path() / "sql/V1__a.sql", "-- nothing\n");
  std::ostringstream warning;
  CHECK(run_lint({folder.path(), "", "text"}, warning) == ExitCode::kDone);
}

TEST_CASE("a folder without a config is an error, not a finding") {
  const TemporaryDirectory folder("windlass-lint-");
  try {
    lint_project(folder.path(), "");
    FAIL("it was linted");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kConfiguration);
  }
}

TEST_CASE("the examples are clean in every environment") {
  const std::set<std::string> without_claim{"e-commerce-api", "expand-contract"};  // their one warning
  const auto projects = example_projects(WINDLASS_EXAMPLES);
  CHECK(projects.size() > without_claim.size());
  for (const auto& project : projects) {
    const auto result = lint_project(project, "");
    INFO(project << "\n" << to_text(result.findings));
    CHECK_FALSE(result.findings.has_errors());
    CHECK(result.findings.list().size() == without_claim.count(project.filename().string()));
    CHECK(result.scripts > 0);
  }
}

TEST_CASE("rules have ids of their own, and docs/lint.md is what they make") {
  std::set<std::string_view> ids;
  for (const Rule* rule : lint_rules()) CHECK(ids.insert(rule->id).second);
  CHECK(ids.size() == 11);
  check_golden_file(fs::path(WINDLASS_DOCS) / "lint.md", lint_reference());
}

TEST_CASE("SARIF has what readers need: every rule, places in characters, paths as URIs") {
  LintResult result;
  Diagnostic finding{Severity::kError, {"a b/sql/V1__\xC3\xA4.sql", 3, 5}, "it is wrong", "Make it right."};
  finding.width = 4;
  finding.rule = "script-text";
  result.findings.add(finding);
  result.findings.add({Severity::kWarning, {"/srv/windlass.yaml"}, "odd", "", "", 1, "config"});
  const auto log = nlohmann::json::parse(to_sarif(result));
  CHECK(log.at("version") == "2.1.0");
  CHECK(log.at("$schema").get<std::string>().ends_with("sarif-2.1.0.json"));
  const auto& run = log.at("runs").at(0);
  CHECK(run.at("columnKind") == "unicodeCodePoints");
  std::set<std::string> ids;
  for (const auto& rule : run.at("tool").at("driver").at("rules")) {
    CHECK_FALSE(rule.at("shortDescription").at("text").get<std::string>().empty());
    ids.insert(rule.at("id"));
  }
  CHECK(ids.size() == lint_rules().size() + 1);
  const auto& first = run.at("results").at(0);
  CHECK(ids.contains(first.at("ruleId")));
  CHECK(first.at("level") == "error");
  CHECK(first.at("message").at("text") == "it is wrong. Make it right.");
  const auto& place = first.at("locations").at(0).at("physicalLocation");
  CHECK(place.at("artifactLocation").at("uri") == "a%20b/sql/V1__%C3%A4.sql");
  CHECK(place.at("region") == nlohmann::json({{"startLine", 3}, {"startColumn", 5}, {"endColumn", 9}}));
  const auto& second = run.at("results").at(1);
  CHECK(second.at("level") == "warning");
  const auto& whole_file = second.at("locations").at(0).at("physicalLocation");
  CHECK(whole_file.at("artifactLocation").at("uri") == "file:///srv/windlass.yaml");
  CHECK_FALSE(whole_file.contains("region"));
}

TEST_CASE("SARIF of a finding without a file names no place") {
  LintResult result;
  result.findings.add({Severity::kError, {}, "odd", "", "", 1, "config"});
  const auto log = nlohmann::json::parse(to_sarif(result));
  CHECK(log.at("runs").at(0).at("results").at(0).at("locations").empty());
}

TEST_CASE("text from a script cannot break the table of the Markdown, nor become markup") {
  LintResult result;
  result.scripts = 1;
  result.findings.add(
      {Severity::kError, {"sql/V1__a.sql", 1, 2}, "a | b <img> & `c`\nd", "", "", 1, "script-text"});
  CHECK(
      to_markdown(result) ==
      "### windlass lint: 1 script, 1 error, 0 warnings\n\n| | place | rule | finding |\n|---|---|---|---|\n"
      "| error | sql/V1\\_\\_a.sql:1:2 | script-text | a \\| b &lt;img> &amp; \\`c\\` d |\n");
  CHECK(to_markdown(LintResult{}) == "### windlass lint: 0 scripts, 0 errors, 0 warnings\n");
}
