// The log on stderr: readable lines on a terminal, one JSON object per line in a cluster.
#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace windlass::log {

enum class Level { kDebug, kInfo, kWarning, kError };
enum class Format { kAuto, kText, kJson };  // auto: text when stderr is a terminal, JSON elsewhere

template <typename T>
concept Arithmetic = std::is_arithmetic_v<T>;

// A machine-readable detail of a line; in text it stands behind the message as name=value.
struct Field {
  Field(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
  template <Arithmetic Number>
  Field(std::string_view field_name, Number number)
      : name(field_name), value(fmt::format("{}", number)), is_number(true) {}

  std::string name;
  std::string value;
  bool is_number = false;
};
using Fields = std::vector<Field>;

// Call once, before the first line. Fields given here stand in every JSON line (project, phase, run id).
void init(Level level, Format format, Fields always = {});
void set_always(Fields always);

// A message is lower case without a full stop and holds no secret.
void debug(std::string_view message, const Fields& fields = {});
void info(std::string_view message, const Fields& fields = {});
void warning(std::string_view message, const Fields& fields = {});
void error(std::string_view message, const Fields& fields = {});

// Whether lines are made for people on a terminal: then progress may be drawn.
bool on_terminal();

}  // namespace windlass::log
