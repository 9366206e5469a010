#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/base/clock.hpp"
#include "core/base/text.hpp"
#include "hook/report/write.hpp"
#include "hook/report/write_inspection.hpp"

namespace windlass::hook {
namespace {

using Json = nlohmann::ordered_json;

template <typename Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// JSON lets DEL and U+0080 to U+009F stand as they are; a terminal that shows the line may obey them.
std::string without_terminal_controls(const std::string& json) {
  std::string result;
  result.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto byte = static_cast<unsigned char>(json[i]);
    const auto next = i + 1 < json.size() ? static_cast<unsigned char>(json[i + 1]) : 0U;
    if (byte == 0x7F) {
      result += "\\u007f";
    } else if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {
      result += fmt::format("\\u{:04x}", next);
      ++i;
    } else {
      result += json[i];
    }
  }
  return result;
}

// Server messages in another encoding must not cost us the report: bytes that are no UTF-8 become U+FFFD.
std::string dump(const Json& json) {
  return without_terminal_controls(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::optional<std::string_view> name_of(const std::optional<Phase>& phase) {
  return phase ? std::optional(phase_name(*phase)) : std::nullopt;
}

Json applied_json(const std::vector<AppliedScript>& applied) {
  Json list = Json::array();
  for (const auto& script : applied) {
    list.push_back({{"version", or_null(script.version)},
                    {"description", script.description},
                    {"script", script.script},
                    {"checksum", or_null(script.checksum)},
                    {"durationMs", script.duration.count()}});
  }
  return list;
}

Json migrations_json(const std::vector<MigrationRow>& rows) {
  Json list = Json::array();
  for (const auto& row : rows) {
    list.push_back({{"version", or_null(row.version)},
                    {"description", row.description},
                    {"type", row.type},
                    {"script", row.script},
                    {"checksum", or_null(row.checksum)},
                    {"state", row.state},
                    {"contract", row.contract},
                    {"installedOn", or_null(row.installed_on)},
                    {"installedBy", or_null(row.installed_by)}});
  }
  return list;
}

Json tenants_json(const std::vector<TenantRow>& tenants) {
  Json list = Json::array();
  for (const auto& row : tenants) {
    Json one = {{"tenant", row.tenant},   {"place", row.place},
                {"state", row.state},     {"outcome", exit_code_row(row.outcome).name},
                {"message", row.message}, {"current", or_null(row.current)},
                {"applied", row.applied}, {"pending", row.pending},
                {"runId", row.run_id},    {"durationMs", row.duration.count()}};
    if (!row.failed_script.empty()) one["failedScript"] = row.failed_script;
    one["lastFailure"] = nullptr;
    if (const auto& last = row.last_failure) {
      one["lastFailure"] = {
          {"at", last->at}, {"outcome", last->outcome}, {"script", last->script}, {"message", last->message}};
    }
    list.push_back(std::move(one));
  }
  return list;
}

Json blockers_json(const std::vector<BlockerFacts>& blockers) {
  Json list = Json::array();
  for (const auto& one : blockers) {
    list.push_back({{"pid", one.backend},
                    {"role", one.role},
                    {"application", one.application},
                    {"address", one.address},
                    {"state", one.state},
                    {"transactionSeconds", or_null(one.transaction_seconds)},
                    {"querySeconds", or_null(one.query_seconds)},
                    {"mode", one.mode},
                    {"object", one.object},
                    {"query", one.query},
                    {"remedy", one.remedy}});
  }
  return list;
}

void add_phase_facts(Json& json, const Report& report) {
  json["from"] = or_null(report.version_from);
  json["to"] = or_null(report.version_to);
  json["applied"] = applied_json(report.applied);
  if (!report.left_for_contract.empty()) json["leftForContract"] = report.left_for_contract;
  if (!report.set_digest.empty()) json["setDigest"] = report.set_digest;
  if (!report.failed_script.empty()) json["failedScript"] = report.failed_script;
  if (!report.blockers.empty()) json["blockers"] = blockers_json(report.blockers);
  if (!report.checks.empty() || report.phase == Phase::kVerify || report.phase == Phase::kPreflight) {
    json["checks"] = Json::array();
    for (const auto& check : report.checks) {
      json["checks"].push_back(
          {{"name", check.name}, {"outcome", check_outcome_name(check.outcome)}, {"message", check.message}});
    }
  }
  if (report.migrations) {
    json["migrations"] = migrations_json(*report.migrations);
    json["current"] = or_null(report.version_to);
    json["pending"] = report.pending;
  }
  if (report.tenants) json["tenants"] = tenants_json(*report.tenants);
  if (report.inspection) json["inspection"] = inspection_json(*report.inspection);
  if (report.backup) {
    json["backup"] = {{"path", report.backup->path},
                      {"bytes", report.backup->bytes},
                      {"sha256", report.backup->sha256},
                      {"reused", report.backup->reused}};
  }
}

// The longest start of `text` that is at most `size` bytes and does not end inside a character.
std::string cut(const std::string& text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && is_utf8_continuation(text[size])) --size;
  return text.substr(0, size);
}

Json essentials(const Report& report) {
  return {{"phase", or_null(name_of(report.phase))},
          {"outcome", exit_code_row(report.outcome).name},
          {"exitCode", static_cast<int>(report.outcome)},
          {"runId", report.run_id}};
}

std::size_t applied_count(const Report& report) {
  std::size_t count = report.applied.size();
  if (!report.tenants) return count;
  for (const auto& tenant : *report.tenants) count += tenant.applied;
  return count;
}

std::string one_line(const Report& report, std::size_t message_size, std::size_t hint_size) {
  constexpr std::size_t kVersionSize = 64;
  constexpr std::size_t kScriptSize = 128;
  const auto shortened = [](const std::string& text, std::size_t size) {
    return text.size() <= size ? text : cut(text, size) + "...";
  };
  Json json = essentials(report);
  if (report.version_from) json["from"] = cut(*report.version_from, kVersionSize);
  if (report.version_to) json["to"] = cut(*report.version_to, kVersionSize);
  json["applied"] = applied_count(report);
  if (!report.failed_script.empty()) json["failedScript"] = cut(report.failed_script, kScriptSize);
  json["message"] = shortened(report.message, message_size);
  if (!report.hint.empty()) json["hint"] = shortened(report.hint, hint_size);
  return dump(json) + "\n";
}

}  // namespace

std::string report_json(const Report& report) {
  Json json = {{"schemaVersion", 1},
               {"runId", report.run_id},
               {"phase", or_null(name_of(report.phase))},
               {"outcome", exit_code_row(report.outcome).name},
               {"exitCode", static_cast<int>(report.outcome)},
               {"message", report.message},
               {"hint", report.hint},
               {"environment", report.environment},
               {"labels", report.labels},
               {"dryRun", report.dry_run},
               {"startedAt", format_utc(report.started)},
               {"durationMs", report.duration.count()}};
  if (!report.details.empty()) json["details"] = report.details;
  add_phase_facts(json, report);
  return dump(json) + "\n";
}

std::string termination_message(const Report& report, std::size_t limit) {
  // Escapes make the length hard to foresee, so the longer text gives way step by step until the line fits.
  constexpr std::size_t kStep = 16;
  std::size_t message_size = std::min(report.message.size(), limit);
  std::size_t hint_size = std::min(report.hint.size(), limit);
  std::string line = one_line(report, message_size, hint_size);
  while (line.size() > limit && message_size + hint_size > 0) {
    std::size_t& longer = message_size >= hint_size ? message_size : hint_size;
    longer -= std::min(longer, kStep);
    line = one_line(report, message_size, hint_size);
  }
  return line.size() <= limit ? line : dump(essentials(report)) + "\n";
}

std::string write_termination_message(const std::filesystem::path& file, const std::string& message,
                                      WhenMissing when_missing) {
  if (file.empty()) return "";
  const int create = when_missing == WhenMissing::kCreate ? O_CREAT : 0;
  const int descriptor = open(file.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC | create, 0644);
  if (descriptor < 0 && errno == ENOENT && create == 0) return "";
  const auto failed = [&] { return fmt::format("cannot write {}: {}", file.string(), std::strerror(errno)); };
  if (descriptor < 0) return failed();
  const ssize_t written = write(descriptor, message.data(), message.size());
  const std::string reason = written == static_cast<ssize_t>(message.size()) ? "" : failed();
  close(descriptor);
  return reason;
}

}  // namespace windlass::hook
