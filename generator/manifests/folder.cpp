#include "generator/manifests/folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/base/unified_diff.hpp"
#include "generator/plan/target.hpp"

namespace windlass::generator {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxManifestBytes = 16U << 20U;  // a ConfigMap of 1 MiB, however it is quoted

struct Found {
  std::string text;
  std::string first_line;  // of the render that wrote it
};
using Present = std::map<std::string, Found>;  // by path below the folder

std::string line_one(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

bool may_be_ours(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.ends_with(".yaml") || name.ends_with(".yaml.txt");
}

void read_present(Present& present, const fs::path& folder, const std::string& below) {
  if (!fs::exists(folder / below)) return;
  for (const auto& entry : fs::directory_iterator(folder / below)) {
    if (!entry.is_regular_file() || !may_be_ours(entry.path())) continue;
    if (entry.file_size() > kMaxManifestBytes) continue;
    std::string text = read_file(entry.path(), kMaxManifestBytes);
    if (!text.starts_with(kRenderedMark)) continue;
    std::string first = line_one(text);
    present[below + entry.path().filename().string()] = {std::move(text), std::move(first)};
  }
}

bool stays_inside(const fs::path& path) {
  return path.is_relative() &&
         std::none_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
}

// The files that carry no line of ours, by the list that does.
void read_listed(Present& present, const fs::path& folder) {
  if (!fs::is_regular_file(folder / kRenderedList)) return;
  const std::string list = read_file(folder / kRenderedList, kMaxManifestBytes);
  if (!list.starts_with(kRenderedMark)) return;
  const std::string first = line_one(list);
  for (const auto& line : split(list.substr(first.size()), '\n')) {
    const std::string path(line);
    if (path.empty() || !stays_inside(path) || !fs::is_regular_file(folder / path)) continue;
    present[path] = {read_file(folder / path, kMaxManifestBytes), first};
  }
  present[std::string(kRenderedList)] = {list, first};
}

void refuse_other_environment(const fs::path& folder, const Present& present,
                              const project::Project& project) {
  const std::string ours = first_line(project);
  const std::string same_project = fmt::format("{}{}", kRenderedMark, project.name);
  for (const auto& [path, found] : present) {
    const std::string_view first = found.first_line;
    const auto rest = first.substr(std::min(first.size(), same_project.size()));
    const bool same = first.starts_with(same_project) && (rest.starts_with(',') || rest.starts_with(':'));
    if (first == ours || !same) continue;
    throw Error(
        ExitCode::kConfiguration,
        fmt::format("{} holds another environment of {}: {}", folder.string(), project.name, first.substr(2)),
        "Render each environment into a folder of its own; a cluster would apply both.");
  }
}

void refuse_foreign_file(const fs::path& path, const std::string& why) {
  throw Error(ExitCode::kConfiguration, fmt::format("{} is in the way: {}", path.string(), why),
              "Move it away, or render into another folder.");
}

void compare_file(FolderChanges& changes, const fs::path& folder, const Manifest& manifest,
                  const Present& present, const std::string& ours) {
  const auto found = present.find(manifest.path);
  if (found == present.end()) {
    if (fs::exists(folder / manifest.path)) refuse_foreign_file(folder / manifest.path, "no render wrote it");
    changes.added.push_back(&manifest);
  } else if (found->second.first_line != ours) {
    refuse_foreign_file(folder / manifest.path, "it belongs to another project");
  } else if (found->second.text != manifest.text) {
    changes.changed.push_back(&manifest);
  } else {
    ++changes.unchanged;
  }
}

}  // namespace

FolderChanges compare_folder(const fs::path& folder, const Rendered& rendered,
                             const project::Project& project) {
  Present present;
  for (const auto below : output_folders()) read_present(present, folder, std::string(below));
  read_listed(present, folder);
  refuse_other_environment(folder, present, project);

  FolderChanges changes;
  const std::string ours = first_line(project);
  std::set<std::string> wanted;
  for (const auto* files : rendered.files()) {
    for (const auto& manifest : *files) {
      wanted.insert(manifest.path);
      compare_file(changes, folder, manifest, present, ours);
    }
  }
  for (const auto& [path, found] : present) {
    if (wanted.count(path) == 0 && found.first_line == ours) changes.stale.push_back(path);
  }
  return changes;
}

void update_folder(const fs::path& folder, const FolderChanges& changes) {
  for (const auto* manifests : {&changes.added, &changes.changed}) {
    for (const auto* manifest : *manifests) {
      const fs::path path = folder / manifest->path;
      write_file_atomically(path, manifest->text);
      if (read_file(path, kMaxManifestBytes) != manifest->text) {
        throw Error(ExitCode::kInternal,
                    fmt::format("{} reads back differently from what was written", path.string()));
      }
    }
  }
  for (const auto& stale : changes.stale) {
    std::error_code error;
    fs::remove(folder / stale, error);
    if (error) {
      throw Error(ExitCode::kConfiguration,
                  fmt::format("cannot remove {}: {}", (folder / stale).string(), error.message()),
                  "It is no longer rendered; remove it, or the cluster keeps applying it.");
    }
  }
}

std::string diff_folder(const fs::path& output, const fs::path& below, const FolderChanges& changes) {
  const fs::path folder = output / below;
  const auto shown = [&](std::string_view side, const std::string& path) {
    return (fs::path(side) / below / path).generic_string();
  };
  std::map<std::string, std::string> diffs;  // by path, whatever happens to the file
  for (const auto* manifest : changes.added) {
    diffs[manifest->path] = unified_diff("", manifest->text, "/dev/null", shown("b", manifest->path));
  }
  for (const auto* manifest : changes.changed) {
    diffs[manifest->path] =
        unified_diff(read_file(folder / manifest->path, kMaxManifestBytes), manifest->text,
                     shown("a", manifest->path), shown("b", manifest->path));
  }
  for (const auto& path : changes.stale) {
    diffs[path] =
        unified_diff(read_file(folder / path, kMaxManifestBytes), "", shown("a", path), "/dev/null");
  }
  std::string text;
  for (const auto& [path, diff] : diffs) text += diff;
  return text;
}

}  // namespace windlass::generator
