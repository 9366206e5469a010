// The termination message and the JSON report: valid and short, whatever the server's messages hold.
#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/text.hpp"
#include "hook/report/report.hpp"
#include "hook/report/write.hpp"
#include "tests/fuzz/promise.hpp"

namespace {

using windlass::ExitCode;
using windlass::fuzz::expect;
using windlass::hook::Report;

constexpr std::size_t kKubernetesKeeps = 4096;

// Short ones mostly; long ones by repeating what there is.
std::string text_from(FuzzedDataProvider& input) {
  const std::string text = input.ConsumeRandomLengthString(200);
  std::string result;
  for (int times = input.ConsumeBool() ? input.ConsumeIntegralInRange(0, 500) : 1; times > 0; --times)
    result += text;
  return result;
}

std::optional<std::string> maybe_text(FuzzedDataProvider& input) {
  return input.ConsumeBool() ? std::optional(text_from(input)) : std::nullopt;
}

Report report_from(FuzzedDataProvider& input) {
  Report report;
  report.run_id = windlass::hook::make_run_id();
  if (input.ConsumeBool()) report.phase = windlass::Phase::kMigrate;
  report.outcome = input.PickValueInArray({ExitCode::kDone, ExitCode::kScriptFailed, ExitCode::kLocked,
                                           ExitCode::kPartlyApplied, ExitCode::kInternal});
  report.message = text_from(input);
  report.hint = text_from(input);
  report.details = text_from(input);
  report.environment = text_from(input);
  report.failed_script = text_from(input);
  report.version_from = maybe_text(input);
  report.version_to = maybe_text(input);
  report.labels[text_from(input)] = text_from(input);
  if (input.ConsumeBool()) {
    report.applied.emplace_back();
    report.applied.back().script = text_from(input);
    report.applied.back().description = text_from(input);
  }
  if (input.ConsumeBool()) report.checks.push_back({text_from(input), {}, text_from(input)});
  return report;
}

// U+0000 to U+001F, U+007F to U+009F: what a terminal might obey.
bool has_control_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return true;
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
  }
  return false;
}

void check_line(std::string line, std::size_t limit) {
  expect(line.size() <= limit, "the message keeps its limit", std::to_string(line.size()));
  expect(line.ends_with('\n'), "the message is a line");
  line.pop_back();
  expect(windlass::is_valid_utf8(line), "the message is UTF-8", line);
  expect(!has_control_character(line), "the message holds no control character", line);
  expect(nlohmann::json::accept(line), "the message is JSON", line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  const auto limit = input.ConsumeIntegralInRange<std::size_t>(256, kKubernetesKeeps);
  const Report report = report_from(input);
  check_line(windlass::hook::termination_message(report), windlass::hook::kTerminationLimit);
  const std::string line = windlass::hook::termination_message(report, limit);
  check_line(line, limit);
  const auto message = nlohmann::json::parse(line);
  expect(message.at("exitCode") == static_cast<int>(report.outcome), "the outcome is never lost", line);
  const std::string whole = windlass::hook::report_json(report);
  expect(nlohmann::json::accept(whole) && windlass::is_valid_utf8(whole), "the report is JSON");
  expect(std::count(whole.begin(), whole.end(), '\n') == 1, "the report is one line");
  windlass::hook::report_text(report);
  return 0;
}
