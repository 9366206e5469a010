#include "generator/commands/lint.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base/text.hpp"
#include "generator/lint/lint.hpp"
#include "generator/lint/markdown.hpp"
#include "generator/lint/sarif.hpp"

namespace windlass::generator {
namespace {

std::size_t warning_count(const Diagnostics& findings) {
  return findings.list().size() - findings.error_count();
}

void print_text(const LintResult& result, std::ostream& out) {
  for (auto finding : result.findings.list()) {
    finding.message += fmt::format(" [{}]", finding.rule);
    out << to_text(finding);
  }
  out << fmt::format("{}: {}, {}\n", counted(result.scripts, "script"),
                     counted(result.findings.error_count(), "error"),
                     counted(warning_count(result.findings), "warning"));
}

void print_json(const LintResult& result, std::ostream& out) {
  auto findings = nlohmann::ordered_json::array();
  for (const auto& finding : result.findings.list()) {
    findings.push_back({{"rule", finding.rule},
                        {"severity", finding.severity == Severity::kError ? "error" : "warning"},
                        {"file", finding.position.file},
                        {"line", finding.position.line},
                        {"column", finding.position.column},
                        {"message", finding.message},
                        {"help", finding.help}});
  }
  const nlohmann::ordered_json report = {{"schemaVersion", 1},
                                         {"scripts", result.scripts},
                                         {"errors", result.findings.error_count()},
                                         {"warnings", warning_count(result.findings)},
                                         {"findings", std::move(findings)}};
  out << report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

}  // namespace

ExitCode run_lint(const LintOptions& options, std::ostream& out) {
  const LintResult result = lint_project(options.folder, options.environment);
  if (options.output == "json") {
    print_json(result, out);
  } else if (options.output == "sarif") {
    out << to_sarif(result);
  } else if (options.output == "markdown") {
    out << to_markdown(result);
  } else {
    print_text(result, out);
  }
  return result.findings.has_errors() ? ExitCode::kFound : ExitCode::kDone;
}

}  // namespace windlass::generator
