#include "generator/lint/lint.hpp"

#include <fmt/format.h>

#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "core/project/load.hpp"
#include "generator/lint/rule.hpp"
#include "generator/lint/subject.hpp"

namespace windlass::generator {
namespace {

class Linter {
 public:
  // The project for one environment; nothing when its config has errors, which are found then.
  std::optional<project::Project> load(const std::filesystem::path& file, const std::string& environment) {
    auto loaded = project::load_project(file, environment);
    for (auto diagnostic : loaded.diagnostics.list()) {
      diagnostic.rule = kConfigRule;
      add(std::move(diagnostic));
    }
    return std::move(loaded.project);
  }

  void lint(const project::Project& project) {
    std::size_t scripts = 0;
    for (const auto& database : project.databases) {
      const Subject subject = read_subject(project, database);
      scripts += subject.scripts.size();
      for (const Rule* rule : lint_rules()) apply(*rule, subject);
    }
    result_.scripts = std::max(result_.scripts, scripts);
  }

  LintResult take() {
    result_.findings.sort();
    return std::move(result_);
  }

 private:
  void apply(const Rule& rule, const Subject& subject) {
    for (auto& finding : rule.find(subject)) {
      finding.rule = rule.id;
      add(std::move(finding));
    }
  }

  void add(Diagnostic finding) {
    const auto& at = finding.position;
    if (said_.emplace(at.file, at.line, at.column, finding.message).second)
      result_.findings.add(std::move(finding));
  }

  LintResult result_;
  std::set<std::tuple<std::string, int, int, std::string>> said_;
};

constexpr std::string_view kIntroduction = R"(# What `windlass lint` finds

Made from the rules in `generator/lint/`; a test keeps it current.

`windlass lint [DIR] [--env NAME]` reads the project in DIR and reports every finding with its place and the id of its
rule. Without `--env` every environment is linted. It exits with 1 when one of the findings is an error; warnings alone
are no failure. `--output json` prints `schemaVersion`, `errors`, `warnings` and `findings` (`rule`, `severity`, `file`,
`line`, `column`, `message`, `help`). It needs no database.

`--output sarif` is for code hosts that show findings beside the lines of a pull request, `--output markdown` for a
comment or a summary; [pipelines.md](pipelines.md) uses both. Places are relative to where you are: lint from the root of
the repository.

## config

Error or warning. `windlass.yaml` cannot be used, or will surprise: see [config.md](config.md).
)";

}  // namespace

LintResult lint_project(const std::filesystem::path& folder, const std::string& environment) {
  const auto file = project::config_path(folder).lexically_normal();
  Linter linter;
  const auto base = linter.load(file, environment);
  if (!base) return linter.take();
  const bool all = environment.empty() && !base->environments.empty();
  if (!all) linter.lint(*base);
  for (const auto& name : all ? base->environments : std::vector<std::string>{}) {
    if (const auto project = linter.load(file, name)) linter.lint(*project);
  }
  return linter.take();
}

std::string lint_reference() {
  std::string page(kIntroduction);
  for (const Rule* rule : lint_rules()) {
    page += fmt::format("\n## {}\n\n{}. {} {}\n", rule->id,
                        rule->severity == Severity::kError ? "Error" : "Warning", rule->finds, rule->reason);
  }
  return page;
}

}  // namespace windlass::generator
