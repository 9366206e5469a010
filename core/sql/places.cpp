#include "core/sql/places.hpp"

#include <utility>

#include "core/base/text.hpp"

namespace windlass::sql {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kLongestShownLine = 1024;

}  // namespace

Places::Places(std::string_view source, std::string file) : source_(source), file_(std::move(file)) {
  restart();
}

void Places::restart() {
  at_ = source_.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  line_ = 1;
  column_ = 1;
}

Position Places::at(std::size_t offset) {
  if (offset < at_) restart();
  for (; at_ < offset && at_ < source_.size(); ++at_) {
    const char c = source_[at_];
    const bool half_line_end = c == '\r' && at_ + 1 < source_.size() && source_[at_ + 1] == '\n';
    if (c == '\n' || (c == '\r' && !half_line_end)) {
      ++line_;
      column_ = 1;
    } else if (!is_utf8_continuation(c)) {
      ++column_;
    }
  }
  return Position{file_, line_, column_};
}

Diagnostic Places::diagnostic(std::size_t offset, std::string message, std::string help) {
  std::string_view line = line_at(source_, offset);
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  const bool shown =
      line.size() <= kLongestShownLine && is_valid_utf8(line) && line.find('\0') == std::string_view::npos;
  Diagnostic diagnostic{.position = at(offset), .message = std::move(message), .help = std::move(help)};
  if (shown) diagnostic.source = std::string(line);
  return diagnostic;
}

}  // namespace windlass::sql
