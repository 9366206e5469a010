#include "generator/commands/render.hpp"

#include <fmt/format.h>

#include <ostream>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "generator/commands/open_project.hpp"
#include "generator/manifests/folder.hpp"
#include "generator/manifests/manifests.hpp"

namespace windlass::generator {
namespace {

void refuse_what_is_not_rendered(const RenderOptions& options) {
  if (options.target != "argocd") {
    throw Error(ExitCode::kUsage, fmt::format("--target {} is not rendered by this version", options.target),
                "The only target so far is argocd.");
  }
  if (options.mode != "presync") {
    throw Error(ExitCode::kUsage, fmt::format("--mode {} is not rendered by this version", options.mode),
                "The only mode so far is presync.");
  }
  if (options.check && options.output == "-") {
    throw Error(ExitCode::kUsage, "--check compares with a folder, and -o - names none",
                "Name the folder that holds the committed manifests.");
  }
}

void write_stream(const Rendered& rendered, std::ostream& out) {
  for (const auto& object : rendered.objects) out << "---\n" << object.text;
}

std::string summary(const std::string& folder, const FolderChanges& changes) {
  return fmt::format("{}: {} new, {} changed, {} removed, {} unchanged", folder, changes.added.size(),
                     changes.changed.size(), changes.stale.size(), changes.unchanged);
}

ExitCode compare(const RenderOptions& options, const FolderChanges& changes, std::ostream& out,
                 std::ostream& err) {
  if (changes.none()) {
    out << fmt::format("{} is up to date: {}\n", options.output, counted(changes.unchanged, "file"));
    return ExitCode::kDone;
  }
  out << diff_folder(options.output, changes);
  for (const auto& path : changes.stale) err << fmt::format("stale: {} is no longer rendered\n", path);
  err << fmt::format("windlass: {}\n  Run windlass render without --check and commit the result.\n",
                     summary(options.output + " is not up to date", changes));
  return ExitCode::kFound;
}

ExitCode write(const RenderOptions& options, const FolderChanges& changes, std::ostream& out) {
  update_folder(options.output, changes);
  for (const auto* manifest : changes.added) out << fmt::format("new       {}\n", manifest->path);
  for (const auto* manifest : changes.changed) out << fmt::format("changed   {}\n", manifest->path);
  for (const auto& path : changes.stale) out << fmt::format("removed   {}\n", path);
  out << summary(options.output, changes) << '\n';
  return ExitCode::kDone;
}

}  // namespace

ExitCode run_render(const RenderOptions& options, std::ostream& out, std::ostream& err) {
  refuse_what_is_not_rendered(options);
  const auto templates =
      options.templates ? Templates::with_overrides(*options.templates) : Templates::built_in();
  const auto project = open_environment(options.folder, options.environment, err);
  const Rendered rendered = make_manifests(project, templates);
  if (options.output == "-") {
    write_stream(rendered, out);
    return ExitCode::kDone;
  }
  const auto changes = compare_folder(options.output, rendered, project);
  return options.check ? compare(options, changes, out, err) : write(options, changes, out);
}

}  // namespace windlass::generator
