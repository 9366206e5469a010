#include "generator/lint/markdown.hpp"

#include <fmt/format.h>

#include <string_view>

#include "core/base/text.hpp"

namespace windlass::generator {
namespace {

// Markup of Markdown and HTML shows as what it is; a line end would end the table's row.
std::string cell(std::string_view text) {
  constexpr std::string_view kMarkup = "\\`*_[]|~#";
  std::string escaped;
  for (const char c : text) {
    if (c == '<') {
      escaped += "&lt;";
    } else if (c == '&') {
      escaped += "&amp;";
    } else if (c == '\n' || c == '\r') {
      escaped += ' ';
    } else {
      if (kMarkup.find(c) != std::string_view::npos) escaped += '\\';
      escaped += c;
    }
  }
  return escaped;
}

std::string row_of(const Diagnostic& finding) {
  const std::string help = finding.help.empty() ? "" : ". " + finding.help;
  return fmt::format("| {} | {} | {} | {} |\n", finding.severity == Severity::kError ? "error" : "warning",
                     cell(to_string(finding.position)), cell(finding.rule), cell(finding.message + help));
}

}  // namespace

std::string to_markdown(const LintResult& result) {
  const auto& list = result.findings.list();
  const std::size_t errors = result.findings.error_count();
  std::string page = fmt::format("### windlass lint: {}, {}, {}\n", counted(result.scripts, "script"),
                                 counted(errors, "error"), counted(list.size() - errors, "warning"));
  if (list.empty()) return page;
  page += "\n| | place | rule | finding |\n|---|---|---|---|\n";
  for (const auto& finding : list) page += row_of(finding);
  return page;
}

}  // namespace windlass::generator
