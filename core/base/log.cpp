#include "core/base/log.hpp"

#include <fmt/chrono.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>

#include "core/base/text.hpp"

namespace windlass::log {
namespace {

// spdlog's registry is the process's one logger; these say how its lines are made.
struct State {
  bool json = false;
  Fields always;
};

State& state() {
  static State instance;
  return instance;
}

// JSON is UTF-8: a server's message in another encoding loses its odd bytes, not the whole line.
std::string as_utf8(std::string_view text) {
  std::string result;
  for (;;) {
    const std::size_t valid = first_invalid_utf8(text);
    result += text.substr(0, valid);
    if (valid == text.size()) return result;
    result += "\uFFFD";
    text.remove_prefix(valid + 1);
  }
}

std::string json_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : as_utf8(text)) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (c == '\n') {
      result += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string json_field(const Field& field) {
  return fmt::format(",{}:{}", json_string(field.name),
                     field.is_number ? field.value : json_string(field.value));
}

std::string_view level_name(spdlog::level::level_enum level) {
  if (level == spdlog::level::debug) return "debug";
  if (level == spdlog::level::warn) return "warning";
  if (level == spdlog::level::err) return "error";
  return "info";
}

std::string json_line(spdlog::level::level_enum level, std::string_view message, const Fields& fields) {
  const auto now = std::chrono::system_clock::now();
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::string line = fmt::format("{{\"time\":\"{:%Y-%m-%dT%H:%M:%S}.{:03}Z\",\"level\":\"{}\",\"message\":{}",
                                 fmt::gmtime(std::chrono::system_clock::to_time_t(now)), milliseconds,
                                 level_name(level), json_string(message));
  for (const auto& field : state().always) line += json_field(field);
  for (const auto& field : fields) line += json_field(field);
  return line + '}';
}

std::string text_line(std::string_view message, const Fields& fields) {
  std::string line(message);
  for (const auto& field : fields) line += fmt::format("  {}={}", field.name, field.value);
  return line;
}

void write(spdlog::level::level_enum level, std::string_view message, const Fields& fields) {
  if (!spdlog::should_log(level)) return;
  spdlog::log(level, "{}", state().json ? json_line(level, message, fields) : text_line(message, fields));
}

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::kDebug: return spdlog::level::debug;
    case Level::kInfo: return spdlog::level::info;
    case Level::kWarning: return spdlog::level::warn;
    case Level::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

void init(Level level, Format format, Fields always) {
  state().json = format == Format::kJson || (format == Format::kAuto && !on_terminal());
  state().always = std::move(always);
  auto logger =
      std::make_shared<spdlog::logger>("windlass", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  logger->set_pattern(state().json ? "%v" : "%H:%M:%S %^%-7l%$ %v");
  logger->set_level(spdlog_level(level));
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

void set_always(Fields always) { state().always = std::move(always); }

void debug(std::string_view message, const Fields& fields) { write(spdlog::level::debug, message, fields); }
void info(std::string_view message, const Fields& fields) { write(spdlog::level::info, message, fields); }
void warning(std::string_view message, const Fields& fields) { write(spdlog::level::warn, message, fields); }
void error(std::string_view message, const Fields& fields) { write(spdlog::level::err, message, fields); }

bool on_terminal() { return isatty(STDERR_FILENO) == 1; }

}  // namespace windlass::log
