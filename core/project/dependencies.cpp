#include "core/project/dependencies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/project/document.hpp"
#include "core/project/load.hpp"

namespace windlass::project {
namespace {

namespace fs = std::filesystem;

// One config has one identity, however the way to it is written.
fs::path identity_of(const fs::path& file) { return fs::weakly_canonical(fs::absolute(file)); }

class Walk {
 public:
  int rank_of(const Project& project) {
    const fs::path self = identity_of(project.file);
    way_.emplace_back(self, project.name);
    int rank = 0;
    for (const auto& dependency : project.depends_on) {
      if (const auto below = rank_behind(project, dependency)) rank = std::max(rank, *below + 1);
    }
    way_.pop_back();
    ranks_[self] = rank;
    return rank;
  }

  Diagnostics take() { return std::move(faults_); }

 private:
  std::optional<int> rank_behind(const Project& project, const Dependency& dependency) {
    const fs::path folder = (fs::path(project.file).parent_path() / dependency.folder).lexically_normal();
    std::optional<fs::path> file;
    try {
      file = config_path(folder);
    } catch (const Error&) {
      fault(dependency, fmt::format("there is no project in {}", folder.string()),
            "Name the folder that holds its windlass.yaml, from here.");
      return std::nullopt;
    }
    const fs::path identity = identity_of(*file);
    const auto on_the_way =
        std::find_if(way_.begin(), way_.end(), [&](const auto& step) { return step.first == identity; });
    if (on_the_way != way_.end()) {
      std::vector<std::string> names;
      for (auto step = on_the_way; step != way_.end(); ++step) names.push_back(step->second);
      names.push_back(on_the_way->second);
      fault(dependency, fmt::format("dependsOn goes in a circle: {}", join(names, " -> ")),
            "Remove one of these dependencies.");
      return std::nullopt;
    }
    if (const auto known = ranks_.find(identity); known != ranks_.end()) return known->second;
    return rank_of_file(*file, dependency);
  }

  std::optional<int> rank_of_file(const fs::path& file, const Dependency& dependency) {
    const auto loaded = load_project_text(read_file(file, kLargestFile), file.string(), "");
    if (loaded.project) return rank_of(*loaded.project);
    fault(dependency,
          fmt::format("{} has {}", file.string(), counted(loaded.diagnostics.error_count(), "error")),
          fmt::format("Run windlass lint {} to see them.", file.parent_path().string()));
    return std::nullopt;
  }

  void fault(const Dependency& dependency, std::string message, std::string help) {
    Diagnostic diagnostic = dependency.place;
    diagnostic.message = std::move(message);
    diagnostic.help = std::move(help);
    faults_.add(std::move(diagnostic));
  }

  std::vector<std::pair<fs::path, std::string>> way_;  // from the first project to the one that is looked at
  std::map<fs::path, int> ranks_;
  Diagnostics faults_;
};

}  // namespace

Standing standing_of(const Project& project) {
  Walk walk;
  const int rank = walk.rank_of(project);
  return {rank, walk.take()};
}

}  // namespace windlass::project
