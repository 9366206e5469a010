#include "generator/chart/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "generator/chart/embedded_chart.hpp"
#include "generator/tree/emit.hpp"

namespace windlass::generator {
namespace {

// What Helm need not carry in a release.
constexpr std::string_view kIgnored = "rendered.txt\n*.orig\n*~\n";

// Of two charts with one name Helm takes one for the other when both are parts of a third: without a word, a
// project's hooks would be missing.
std::string named_after(const project::Project& project, std::string_view text) {
  constexpr std::string_view kName = "\nname: windlass\n";
  std::string named(text);
  return named.replace(named.find(kName), kName.size(), fmt::format("\nname: {}\n", project.name));
}

}  // namespace

std::vector<Manifest> make_chart(const ChartObjects& objects, const project::Project& project) {
  const std::string first = first_line(project) + "\n";
  auto [values, scripts] = chart_values(objects, project);
  std::vector<Manifest> files = {{".helmignore", {}, std::string(kIgnored)},
                                 {"values.yaml", values, emit_yaml(values, first)}};
  for (const auto& file : embedded_chart()) {
    std::string text = file.path == "Chart.yaml" ? named_after(project, file.text) : std::string(file.text);
    files.push_back({std::string(file.path), {}, std::move(text)});
  }
  for (auto& script : scripts) files.push_back({std::move(script.path), {}, std::move(script.bytes)});
  std::sort(files.begin(), files.end(), [](const Manifest& a, const Manifest& b) { return a.path < b.path; });
  std::string list = first;
  for (const auto& file : files) list += file.path + "\n";
  files.push_back({std::string(kRenderedList), {}, std::move(list)});
  return files;
}

}  // namespace windlass::generator
