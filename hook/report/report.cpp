#include "hook/report/report.hpp"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <array>
#include <cstdlib>

namespace windlass::hook {

std::string_view check_outcome_name(CheckOutcome outcome) {
  switch (outcome) {
    case CheckOutcome::kOk: return "ok";
    case CheckOutcome::kFailed: return "failed";
    case CheckOutcome::kWarning: return "warning";
    case CheckOutcome::kSkipped: return "skipped";
  }
  std::abort();  // no other enumerator exists
}

std::string make_run_id() {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw Error(ExitCode::kInternal, "the system has no random bytes for a run id");
  }
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);  // version 4
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);  // RFC 9562's variant
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", bytes[i]);
  }
  return text;
}

void set_failure(Report& report, const Error& error) {
  report.outcome = error.code();
  report.message = error.what();
  report.hint = error.hint();
  report.details = error.details();
}

}  // namespace windlass::hook
