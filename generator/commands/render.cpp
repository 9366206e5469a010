#include "generator/commands/render.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "generator/commands/choose_target.hpp"
#include "generator/commands/open_project.hpp"
#include "generator/manifests/folder.hpp"
#include "generator/manifests/kustomize.hpp"
#include "generator/manifests/manifests.hpp"
#include "generator/plan/target.hpp"

namespace windlass::generator {
namespace {

void refuse_what_does_not_fit(const RenderOptions& options, const Target& target) {
  if (options.check && options.output == "-") {
    throw Error(ExitCode::kUsage, "--check compares with a folder, and -o - names none",
                "Name the folder that holds the committed manifests.");
  }
  if (target.reader == Reader::kHelm && options.output == "-") {
    throw Error(ExitCode::kUsage, "a chart is a folder, and -o - names none", "Name a folder.");
  }
  if (target.reader == Reader::kHelm && options.templates) {
    throw Error(ExitCode::kUsage, "--templates does not reach the chart, which has templates of its own",
                "Change the chart's templates, or leave --templates out.");
  }
  if (options.environments.size() < 2) return;
  for (auto it = options.environments.begin(); it != options.environments.end(); ++it) {
    if (std::find(options.environments.begin(), it, *it) == it) continue;
    throw Error(ExitCode::kUsage, fmt::format("--env names {} twice", *it), "Name each environment once.");
  }
  if (target.reader != Reader::kKubectl) {
    throw Error(ExitCode::kUsage, fmt::format("--target {} renders one environment at a time", target.name),
                "Render each environment into a folder of its own; --target plain makes overlays.");
  }
  if (options.output == "-") {
    throw Error(ExitCode::kUsage, "several environments make several folders, and -o - names none",
                "Name a folder, or one environment.");
  }
}

// The one folder of a render, or the base and an overlay for each environment.
std::vector<RenderedFolder> render_folders(const RenderOptions& options, const Target& target,
                                           std::ostream& err) {
  const auto templates =
      options.templates ? Templates::with_overrides(*options.templates) : Templates::built_in();
  std::vector<RenderedEnvironment> environments;
  for (const auto& name :
       options.environments.empty() ? std::vector<std::string>{""} : options.environments) {
    auto project = open_environment(options.folder, name, err);
    auto rendered = make_manifests(project, templates, target);
    environments.push_back({std::move(project), std::move(rendered)});
  }
  if (environments.size() > 1) return make_overlays(environments);
  return {{"", std::move(environments.front().project), std::move(environments.front().rendered)}};
}

void write_stream(const Rendered& rendered, std::ostream& out) {
  for (const auto& object : rendered.objects) out << "---\n" << object.text;
}

// What is to change in one folder.
struct Change {
  const RenderedFolder* folder;
  FolderChanges files;

  std::string path(const std::string& file) const { return (folder->path / file).generic_string(); }
};

std::filesystem::path place_of(const RenderedFolder& folder, const std::filesystem::path& output) {
  return folder.path.empty() ? output : output / folder.path;
}

std::vector<Change> compare_folders(const std::string& output, const std::vector<RenderedFolder>& folders) {
  std::vector<Change> changes;
  for (const auto& folder : folders)
    changes.push_back({&folder, compare_folder(place_of(folder, output), folder.rendered, folder.project)});
  if (folders.size() > 1) refuse_other_overlays(output, folders);
  return changes;
}

std::size_t unchanged(const std::vector<Change>& changes) {
  std::size_t count = 0;
  for (const auto& change : changes) count += change.files.unchanged;
  return count;
}

std::string summary(const std::string& what, const std::vector<Change>& changes) {
  std::size_t added = 0;
  std::size_t changed = 0;
  std::size_t stale = 0;
  for (const auto& [folder, files] : changes) {
    added += files.added.size();
    changed += files.changed.size();
    stale += files.stale.size();
  }
  return fmt::format("{}: {} new, {} changed, {} removed, {} unchanged", what, added, changed, stale,
                     unchanged(changes));
}

ExitCode compare(const RenderOptions& options, const std::vector<Change>& changes, std::ostream& out,
                 std::ostream& err) {
  bool none = true;
  for (const auto& change : changes) {
    none = none && change.files.none();
    out << diff_folder(options.output, change.folder->path, change.files);
    for (const auto& path : change.files.stale)
      err << fmt::format("stale: {} is no longer rendered\n", change.path(path));
  }
  if (none) {
    out << fmt::format("{} is up to date: {}\n", options.output, counted(unchanged(changes), "file"));
    return ExitCode::kDone;
  }
  err << fmt::format("windlass: {}\n  Run windlass render without --check and commit the result.\n",
                     summary(options.output + " is not up to date", changes));
  return ExitCode::kFound;
}

ExitCode write(const RenderOptions& options, const std::vector<Change>& changes, std::ostream& out) {
  for (const auto& change : changes) {
    update_folder(place_of(*change.folder, options.output), change.files);
    for (const auto* file : change.files.added) out << fmt::format("new       {}\n", change.path(file->path));
    for (const auto* file : change.files.changed)
      out << fmt::format("changed   {}\n", change.path(file->path));
    for (const auto& path : change.files.stale) out << fmt::format("removed   {}\n", change.path(path));
  }
  out << summary(options.output, changes) << '\n';
  return ExitCode::kDone;
}

}  // namespace

ExitCode run_render(const RenderOptions& options, std::ostream& out, std::ostream& err) {
  const Target& target = choose_target(options.target, options.mode);
  refuse_what_does_not_fit(options, target);
  const auto folders = render_folders(options, target, err);
  if (options.output == "-") {
    write_stream(folders.front().rendered, out);
    return ExitCode::kDone;
  }
  const auto changes = compare_folders(options.output, folders);
  return options.check ? compare(options, changes, out, err) : write(options, changes, out);
}

}  // namespace windlass::generator
