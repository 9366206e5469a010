// https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
#include <fmt/format.h>

#include "generator/pipeline/kind.hpp"
#include "generator/tree/emit.hpp"

namespace windlass::generator {
namespace {

constexpr std::string_view kOnDefaultBranch = "github.ref_name == github.event.repository.default_branch";

// Runs as "sh -e FILE": a container may have no bash.
Members run(const Step& step) { return {{"name", step.name}, {"shell", "sh"}, {"run", step.shell}}; }

Members checkout() { return {{"uses", "actions/checkout@v4"}}; }

// A change from a fork may not write findings.
Tree report_findings() {
  return Members{{"name", "findings"},
                 {"if",
                  "${{ always() && (github.event_name == 'push' || "
                  "github.event.pull_request.head.repo.full_name == github.repository) }}"},
                 {"uses", "github/codeql-action/upload-sarif@v3"},
                 {"with", Members{{"sarif_file", kSarifFile}, {"category", "windlass"}}}};
}

Tree check_job(const Pipeline& pipeline) {
  List steps = {checkout()};
  for (const auto& check : pipeline.checks) {
    steps.push_back(run(check));
    if (&check != &pipeline.checks.front()) continue;
    Members summary = run({"summary", fmt::format("cat {} >> \"$GITHUB_STEP_SUMMARY\"\n", kMarkdownFile)});
    summary.insert(summary.begin() + 1, {"if", "${{ always() }}"});
    steps.push_back(std::move(summary));
    steps.push_back(report_findings());
  }
  return Members{
      {"if", fmt::format("${{{{ github.event_name == 'pull_request' || {} }}}}", kOnDefaultBranch)},
      {"runs-on", "ubuntu-latest"},
      {"container", pipeline.image},
      {"timeout-minutes", kCheckMinutes},
      {"permissions", Members{{"contents", "read"}, {"security-events", "write"}}},
      {"steps", std::move(steps)}};
}

std::string id_of(const Release& release) { return "release-" + release.environment; }

Tree release_job(const Pipeline& pipeline, const Release& release, const std::string& needs) {
  Members secrets;
  for (const auto& name : release.secrets)
    secrets.push_back({name, fmt::format("${{{{ secrets.{} }}}}", name)});
  Members step = run(release.step);
  step.push_back({"env", std::move(secrets)});
  return Members{
      {"needs", needs},
      {"if", fmt::format("${{{{ github.event_name == 'push' && {} }}}}", kOnDefaultBranch)},
      {"runs-on", "ubuntu-latest"},
      {"container", pipeline.image},
      {"environment", release.environment},
      {"concurrency", Members{{"group", fmt::format("windlass-{}-{}", pipeline.project, release.environment)},
                              {"cancel-in-progress", false}}},
      {"timeout-minutes", release.minutes},
      {"steps", List{checkout(), std::move(step)}}};
}

std::string write(const Pipeline& pipeline) {
  Members jobs = {{"check", check_job(pipeline)}};
  std::string needs = "check";
  for (const auto& release : pipeline.releases) {
    jobs.push_back({id_of(release), release_job(pipeline, release, needs)});
    needs = id_of(release);
  }
  const Members workflow = {{"name", "windlass " + pipeline.project},
                            {"on", List{"push", "pull_request"}},
                            {"permissions", Members{{"contents", "read"}}},
                            {"jobs", std::move(jobs)}};
  return emit_yaml(workflow, file_head(kGitHub, "#"));
}

}  // namespace

const Kind kGitHub{"github", ".github/workflows/windlass.yml", "GITHUB_SHA", write};

}  // namespace windlass::generator
