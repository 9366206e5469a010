// windlass.yaml and the hook's settings file: any bytes give a project or faults with their places.
#include <algorithm>

#include "core/base/text.hpp"
#include "core/project/load.hpp"
#include "core/project/settings_file.hpp"
#include "tests/fuzz/promise.hpp"

namespace {

using windlass::Diagnostics;
using windlass::fuzz::expect;

// A place may be the one behind the last character of a line, and the line behind the last line end.
void check_places(const Diagnostics& diagnostics, std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::string_view line = windlass::line_at(text, begin);
    lines.push_back(line);
    begin += line.size();
    begin += text.substr(begin, 2) == "\r\n" ? 2 : 1;
  }
  for (const auto& diagnostic : diagnostics.list()) {
    const auto& position = diagnostic.position;
    const std::string shown = windlass::to_text(diagnostic);
    expect(position.file == "windlass.yaml", "a fault names its file", shown);
    expect(!diagnostic.message.empty(), "a fault says what it is", shown);
    if (position.line == 0) continue;
    expect(position.line >= 1 && static_cast<std::size_t>(position.line) <= lines.size(),
           "a fault lies on a line of the file", shown);
    const auto line = lines[static_cast<std::size_t>(position.line) - 1];
    const auto characters =
        std::count_if(line.begin(), line.end(), [](char c) { return !windlass::is_utf8_continuation(c); });
    expect(position.column >= 1 && position.column <= std::max<std::ptrdiff_t>(characters, 0) + 1,
           "a fault lies within its line", shown);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const char* environment : {"", "prod"}) {
    const auto loaded = windlass::project::load_project_text(text, "windlass.yaml", environment);
    expect(loaded.project.has_value() != loaded.diagnostics.has_errors(), "a project, or errors; never both",
           windlass::to_text(loaded.diagnostics));
    check_places(loaded.diagnostics, text);
  }
  const auto settings = windlass::project::parse_settings_file(text, "windlass.yaml");
  check_places(settings.diagnostics, text);
  return 0;
}
