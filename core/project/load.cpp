#include "core/project/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/project/build.hpp"
#include "core/project/check.hpp"
#include "core/project/dependencies.hpp"
#include "core/project/document.hpp"
#include "core/project/format.hpp"
#include "core/project/rules.hpp"
#include "core/project/value.hpp"

namespace windlass::project {
namespace {

constexpr const char* kFileNames[] = {"windlass.yaml", "project-config.yaml"};

// Collects faults; the same one shows in every environment that shares its line, and is said once.
class Collected {
 public:
  void add(const Diagnostics& diagnostics) {
    for (const auto& diagnostic : diagnostics.list()) {
      const auto& at = diagnostic.position;
      if (said_.emplace(at.line, at.column, diagnostic.message).second) all_.add(diagnostic);
    }
  }
  Diagnostics take() { return std::move(all_); }

 private:
  std::set<std::tuple<int, int, std::string>> said_;
  Diagnostics all_;
};

// The config as one environment sees it.
Value effective(Value root, const Value& overlay) {
  for (auto& [name, member] : root.members) {
    if (name == "spec") member = merged(std::move(member), overlay);
  }
  return root;
}

std::vector<std::string> names_of(const Value* environments) {
  std::vector<std::string> names;
  if (environments == nullptr) return names;
  for (const auto& member : environments->members) names.push_back(member.first);
  return names;
}

std::vector<Dependency> dependencies_of(const Value& root, const Source& source) {
  std::vector<Dependency> result;
  if (const Value* list = root.find("spec")->find("dependsOn")) {
    for (const auto& item : list->items)
      result.push_back({item.text, source.fault(item.offset, item.length, "")});
  }
  return result;
}

Diagnostics check_and_fill(Value& whole, const Source& source) {
  Diagnostics found;
  check_complete(whole, source, found);
  fill_defaults(whole, "");
  check_rules(whole, source, found);
  return found;
}

// A file without environments is the same in all of them, so that any name will do.
std::optional<Diagnostic> environment_fault(const std::string& name, const std::vector<std::string>& known,
                                            const Value* place, const Source& source) {
  if (name.empty() || std::find(known.begin(), known.end(), name) != known.end()) return std::nullopt;
  if (known.empty()) {
    if (fits(Format::kLabel, name)) return std::nullopt;
    return Diagnostic{
        .position = {source.file()},
        .message = fmt::format("environment {} {}", in_quotes(name), format_row(Format::kLabel).must),
        .help = "Name another environment."};
  }
  const auto message = fmt::format("no environment {} in this file", in_quotes(name));
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  const auto near = name.size() <= 63 ? nearest(name, candidates) : std::string_view();
  std::string help = near.empty() ? std::string() : fmt::format("Did you mean \"{}\"? ", near);
  help += fmt::format("Known: {}.", join(known, ", "));
  return source.fault(place->offset, place->length, message, std::move(help));
}

}  // namespace

std::filesystem::path config_path(const std::filesystem::path& folder) {
  for (const auto* name : kFileNames) {
    std::error_code error;
    if (std::filesystem::exists(folder / name, error)) return folder / name;
  }
  throw Error(ExitCode::kConfiguration, fmt::format("no {} in {}", kFileNames[0], folder.string()),
              "Name the project's folder, or make a new project with: windlass init");
}

ConfigFile::ConfigFile(std::string text, const std::string& file)
    : text_(std::move(text)), source_(text_, file) {
  const Document document = parse_document(source_);
  faults_ = document.faults;
  if (document.root == nullptr) return;
  Collected collected;
  collected.add(faults_);
  Diagnostics faults;
  root_ = check_document(*document.root, source_, faults);
  collected.add(faults);
  const Value* spec = root_.find("spec");
  environments_ = spec == nullptr ? nullptr : spec->find("environments");
  names_ = names_of(environments_);
  values_.push_back(root_);
  for (const auto& name : names_) values_.push_back(effective(root_, *environments_->find(name)));
  for (auto& value : values_) collected.add(check_and_fill(value, source_));
  faults_ = collected.take();
  faults_.sort();
}

ConfigFile::ConfigFile(const std::filesystem::path& file)
    : ConfigFile(read_file(file, kLargestFile), file.string()) {}

LoadResult ConfigFile::project(const std::string& environment) const {
  LoadResult result{std::nullopt, faults_};
  if (values_.empty()) return result;
  if (const auto fault = environment_fault(environment, names_, environments_, source_)) {
    result.diagnostics.add(*fault);
    result.diagnostics.sort();
  }
  if (result.diagnostics.has_errors()) return result;

  const auto found = std::find(names_.begin(), names_.end(), environment);
  const auto index = found == names_.end() ? 0 : 1 + static_cast<std::size_t>(found - names_.begin());
  check_surprises(values_[index], source_, result.diagnostics);
  result.project = build_project(values_[index], source_);
  result.project->file = source_.file();
  result.project->environment = environment;
  result.project->environments = names_;
  result.project->depends_on = dependencies_of(root_, source_);
  return result;
}

LoadResult load_project(const ConfigFile& config, const std::string& environment) {
  auto loaded = config.project(environment);
  if (!loaded.project || loaded.project->depends_on.empty()) return loaded;
  auto standing = standing_of(*loaded.project);
  loaded.project->rank = standing.rank;
  if (standing.faults.has_errors()) loaded.project.reset();
  loaded.diagnostics.add(std::move(standing.faults));
  return loaded;
}

LoadResult load_project(const std::filesystem::path& file, const std::string& environment) {
  return load_project(ConfigFile(file), environment);
}

LoadResult load_project_text(std::string_view text, const std::string& file, const std::string& environment) {
  return ConfigFile(std::string(text), file).project(environment);
}

}  // namespace windlass::project
