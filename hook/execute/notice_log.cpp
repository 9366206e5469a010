#include "hook/execute/notice_log.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/base/log.hpp"
#include "core/base/text.hpp"

namespace windlass::hook {
namespace {

constexpr std::size_t kMost = 50;
constexpr std::size_t kLongest = 2'000;

std::string shortened(std::string_view text) {
  if (text.size() <= kLongest) return std::string(text);
  std::size_t end = kLongest;
  while (end > 0 && is_utf8_continuation(text[end])) --end;
  return fmt::format("{} ... ({} bytes)", text.substr(0, end), text.size());
}

}  // namespace

NoticeLog::NoticeLog(Session& session, std::string script) : session_(session), script_(std::move(script)) {
  session_.on_notice([this](std::string_view severity, std::string_view text) { hear(severity, text); });
}

NoticeLog::~NoticeLog() {
  session_.on_notice(nullptr);
  if (notices_ > kMost) log::info(fmt::format("{}: {} more notices", script_, notices_ - kMost));
  if (warnings_ > kMost) log::warning(fmt::format("{}: {} more warnings", script_, warnings_ - kMost));
}

// A flood of notices does not drown a warning.
void NoticeLog::hear(std::string_view severity, std::string_view text) {
  const bool warns = severity == "WARNING";
  if (++(warns ? warnings_ : notices_) > kMost) return;
  const std::string line = fmt::format("{}: {}: {}", script_, severity, shortened(text));
  if (warns) {
    log::warning(line);
  } else {
    log::info(line);
  }
}

}  // namespace windlass::hook
