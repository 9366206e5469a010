#include "generator/chart/chart.hpp"

#include <algorithm>
#include <utility>

#include "generator/chart/embedded_chart.hpp"
#include "generator/tree/emit.hpp"

namespace windlass::generator {
namespace {

// What Helm need not carry in a release.
constexpr std::string_view kIgnored = "rendered.txt\n*.orig\n*~\n";

}  // namespace

std::vector<Manifest> make_chart(const ChartObjects& objects, const project::Project& project) {
  const std::string first = first_line(project) + "\n";
  auto [values, scripts] = chart_values(objects, project);
  std::vector<Manifest> files = {{".helmignore", {}, std::string(kIgnored)},
                                 {"values.yaml", values, first + emit_yaml(values)}};
  for (const auto& file : embedded_chart())
    files.push_back({std::string(file.path), {}, std::string(file.text)});
  for (auto& script : scripts) files.push_back({std::move(script.path), {}, std::move(script.bytes)});
  std::sort(files.begin(), files.end(), [](const Manifest& a, const Manifest& b) { return a.path < b.path; });
  std::string list = first;
  for (const auto& file : files) list += file.path + "\n";
  files.push_back({std::string(kRenderedList), {}, std::move(list)});
  return files;
}

}  // namespace windlass::generator
