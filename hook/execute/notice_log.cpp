#include "hook/execute/notice_log.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/base/log.hpp"

namespace windlass::hook {
namespace {

constexpr std::size_t kMost = 50;

}  // namespace

NoticeLog::NoticeLog(Session& session, std::string script) : session_(session), script_(std::move(script)) {
  session_.on_notice([this](std::string_view severity, std::string_view text) { hear(severity, text); });
}

NoticeLog::~NoticeLog() {
  session_.on_notice(nullptr);
  if (heard_ > kMost) log::info(fmt::format("{}: {} more notices", script_, heard_ - kMost));
}

void NoticeLog::hear(std::string_view severity, std::string_view text) {
  if (++heard_ > kMost) return;
  const std::string line = fmt::format("{}: {}: {}", script_, severity, text);
  if (severity == "WARNING") {
    log::warning(line);
  } else {
    log::info(line);
  }
}

}  // namespace windlass::hook
