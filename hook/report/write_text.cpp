#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "hook/report/write.hpp"
#include "hook/report/write_inspection.hpp"

namespace windlass::hook {
namespace {

using Row = std::vector<std::string>;

// Characters, not bytes: what a terminal gives a column for (wide characters apart).
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_utf8_continuation(c); }));
}

// Columns as wide as their widest cell, two blanks between them, no blanks at a line's end.
std::string table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += (i == 0 ? "" : "  ") + row[i] + std::string(widths[i] - width_of(row[i]), ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

// Nobody reads milliseconds of what took longer than ten seconds.
std::string shown(Milliseconds duration) {
  constexpr Milliseconds kLong{10'000};
  if (duration < kLong) return format_duration(duration);
  return format_duration(std::chrono::round<std::chrono::seconds>(duration));
}

std::string migrations_text(const Report& report) {
  std::vector<Row> rows{{"VERSION", "DESCRIPTION", "TYPE", "STATE", "INSTALLED ON", "BY"}};
  for (const auto& row : *report.migrations) {
    const bool waits = row.contract && row.state == "Pending";
    rows.push_back({row.version.value_or(""), row.description, row.type,
                    waits ? "Pending (contract)" : row.state, row.installed_on.value_or(""),
                    row.installed_by.value_or("")});
  }
  return report.migrations->empty() ? "" : table(rows);
}

std::string last_failure_text(const TenantRow& row) {
  if (!row.last_failure) return row.message;
  const auto& last = *row.last_failure;
  return fmt::format("{}: {}{}", last.at, last.script.empty() ? "" : last.script + ": ", last.outcome);
}

std::string tenants_text(const Report& report) {
  const bool info = report.phase == Phase::kInfo;
  std::vector<Row> rows{
      {"TENANT", "PLACE", "VERSION", info ? "PENDING" : "APPLIED", "STATE", info ? "LAST FAILURE" : "WHY"}};
  for (const auto& row : *report.tenants) {
    rows.push_back({row.tenant, row.place, row.current.value_or("-"),
                    std::to_string(info ? row.pending : row.applied), row.state, last_failure_text(row)});
  }
  return table(rows);
}

std::string applied_text(const Report& report) {
  std::vector<Row> rows;
  for (const auto& script : report.applied) {
    rows.push_back(
        {"", script.version.value_or("-"), script.description, script.script, shown(script.duration)});
  }
  return table(rows);
}

std::string checks_text(const Report& report) {
  std::vector<Row> rows;
  for (const auto& check : report.checks) {
    rows.push_back({"", std::string(check_outcome_name(check.outcome)), check.name, check.message});
  }
  return table(rows);
}

}  // namespace

std::string report_text(const Report& report) {
  std::string text;
  if (report.migrations) text += migrations_text(report);
  if (report.tenants && !report.tenants->empty()) text += tenants_text(report);
  if (report.inspection) text += inspection_text(*report.inspection);
  text += applied_text(report) + checks_text(report);
  if (report.backup) {
    text += fmt::format("  {}  {} bytes  sha256 {}\n", report.backup->path, report.backup->bytes,
                        report.backup->sha256);
  }
  // What went wrong is in the log, with its details and what to do; here only how it ended.
  const auto name = report.phase ? phase_name(*report.phase) : "run";
  const auto dry = report.dry_run ? " (dry run)" : "";
  if (report.outcome == ExitCode::kDone) {
    for (const auto& line : split(trim(report.details), '\n')) text += "  " + line + "\n";
    text += fmt::format("{}{}: {} ({})\n", name, dry, report.message.empty() ? "done" : report.message,
                        shown(report.duration));
    if (!report.hint.empty()) text += "hint: " + report.hint + "\n";
  } else {
    text += fmt::format("{}{} failed: {}, exit code {} ({})\n", name, dry, exit_code_row(report.outcome).name,
                        static_cast<int>(report.outcome), shown(report.duration));
  }
  return text;
}

}  // namespace windlass::hook
