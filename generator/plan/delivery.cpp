#include "generator/plan/delivery.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <utility>

#include "core/base/compression.hpp"
#include "core/base/text.hpp"
#include "core/contract/labels.hpp"
#include "generator/plan/job.hpp"
#include "generator/plan/mount.hpp"

namespace windlass::generator {
namespace {

using project::DeliveryMethod;

constexpr std::string_view kChoices =
    "Choose what carries more by spec.delivery.method: image (the hook's own image with the scripts in it), "
    "copy "
    "or imageVolume (another image that holds them), or objectStorage: docs/delivery.md.";

// What a chart of ours takes of its release without any script.
constexpr std::size_t kChartAlone = 48 * 1024;

using AllFiles = std::vector<DatabaseFiles>;

template <typename Visit>
void for_each_file(const AllFiles& all, const Visit& visit) {
  for (const auto& files : all) {
    for (const auto* list : {&files.scripts, &files.queries}) {
      for (const auto& file : *list) visit(file);
    }
  }
}

std::uintmax_t total_size(const AllFiles& all) {
  std::uintmax_t total = 0;
  for_each_file(all, [&](const MountedFile& file) { total += file.size; });
  return total;
}

std::string bytes_text(std::uintmax_t bytes) {
  constexpr double kUnit = 1024;
  const auto amount = static_cast<double>(bytes);
  if (amount < kUnit) return fmt::format("{} bytes", bytes);
  if (amount < kUnit * kUnit) return fmt::format("{:.1f} KiB", amount / kUnit);
  return fmt::format("{:.1f} MiB", amount / (kUnit * kUnit));
}

// Helm keeps the chart's files as base64 and beside them what it rendered, all of it compressed and then
// written as base64 again.
std::size_t release_size(const AllFiles& all) {
  std::string text;
  for_each_file(all, [&](const MountedFile& file) {
    text += base64(file.bytes);
    text += file.bytes;
  });
  return kChartAlone + gzip_size(text) / 3 * 4;
}

struct Misfit {
  std::string file;  // at fault; empty: the project's
  std::string message;
};

std::optional<Misfit> misfit_of_database(const DatabaseFiles& files, const project::Database& database) {
  for (const auto* list : {&files.scripts, &files.queries}) {
    for (const auto& file : *list) {
      if (file.size <= kFileLimit) continue;
      return Misfit{file.file, fmt::format("the file has {}, and a ConfigMap holds at most {}",
                                           bytes_text(file.size), bytes_text(kFileLimit))};
    }
  }
  if (!fits_a_job(files.scripts) || !fits_a_job(files.queries)) {
    return Misfit{{},
                  fmt::format("database {} has {}, and a Job has no room for the list of so many",
                              database.key, counted(files.scripts.size() + files.queries.size(), "file"))};
  }
  return std::nullopt;
}

std::optional<Misfit> config_map_misfit(const project::Project& project, const AllFiles& all,
                                        const Target& target) {
  for (std::size_t i = 0; i < project.databases.size(); ++i) {
    if (auto misfit = misfit_of_database(all.at(i), project.databases[i])) return misfit;
  }
  const auto total = total_size(all);
  if (total > kConfigMapsLimit) {
    return Misfit{{},
                  fmt::format("the scripts take {}, and ConfigMaps carry {} of a project at most",
                              bytes_text(total), bytes_text(kConfigMapsLimit))};
  }
  if (target.reader != Reader::kHelm || total < kShardLimit) return std::nullopt;
  if (const auto size = release_size(all); size > kReleaseLimit) {
    return Misfit{
        {},
        fmt::format("the chart's release would take {} with the scripts in it, and Helm keeps it in a "
                    "Secret of 1 MiB, of which {} are left to it here",
                    bytes_text(size), bytes_text(kReleaseLimit))};
  }
  return std::nullopt;
}

Delivery refused(const project::Project& project, const Misfit& misfit) {
  Delivery delivery;
  delivery.why = misfit.message;
  delivery.diagnostics.add({Severity::kError,
                            {misfit.file.empty() ? project.file : misfit.file, 0, 0},
                            misfit.message,
                            std::string(kChoices)});
  return delivery;
}

bool has_image_volumes(const project::Kubernetes& kubernetes) {
  return kubernetes_minor(kubernetes.min_version).value_or(0) >= project::kImageVolumesSince;
}

}  // namespace

Delivery choose_delivery(const project::Project& project, const AllFiles& files, const Target& target) {
  const auto method = project.delivery.method;
  if (method != DeliveryMethod::kAuto && method != DeliveryMethod::kConfigMap) return {method, {}, {}};
  const auto misfit = config_map_misfit(project, files, target);
  if (!misfit) {
    if (method == DeliveryMethod::kConfigMap) return {method, {}, {}};
    return {
        DeliveryMethod::kConfigMap, fmt::format("the scripts take {}", bytes_text(total_size(files))), {}};
  }
  if (method == DeliveryMethod::kConfigMap || project.delivery.image.empty())
    return refused(project, *misfit);
  const bool volumes = has_image_volumes(project.kubernetes);
  const std::string file = misfit->file.empty() ? std::string() : misfit->file + ": ";
  return {volumes ? DeliveryMethod::kImageVolume : DeliveryMethod::kCopy, file + misfit->message, {}};
}

std::string to_sentence(const Delivery& delivery) {
  const bool any = !delivery.diagnostics.has_errors();
  return fmt::format("delivery: {}, {}", any ? method_name(delivery.method) : "none",
                     delivery.why.empty() ? "as the project says" : "because " + delivery.why);
}

std::string project_folder_in_pod(const project::Delivery& delivery, DeliveryMethod method) {
  const std::string path = delivery.path == "/" ? std::string() : delivery.path;
  switch (method) {
    case DeliveryMethod::kImage: return path;
    case DeliveryMethod::kImageVolume: return std::string(contract::kScriptsMount) + path;
    case DeliveryMethod::kCopy:
    case DeliveryMethod::kObjectStorage: return std::string(contract::kScriptsMount);
    case DeliveryMethod::kAuto:
    case DeliveryMethod::kConfigMap: break;
  }
  return {};
}

std::string folder_in_pod(const project::Project& project, DeliveryMethod method, std::string_view mount,
                          const ScriptFolder& folder) {
  if (method == DeliveryMethod::kConfigMap) return fmt::format("{}/{}", mount, folder.mounted);
  return fmt::format("{}/{}", project_folder_in_pod(project.delivery, method), folder.path);
}

}  // namespace windlass::generator
