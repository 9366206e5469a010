#include "generator/plan/names.hpp"

#include <fmt/format.h>

#include "core/base/digest.hpp"
#include "core/base/text.hpp"

namespace windlass::generator {
namespace {

std::string only_allowed(std::string_view text, std::string_view extra) {
  std::string result;
  for (const char c : text) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                         extra.find(c) != std::string_view::npos;
    result += allowed ? c : '_';
  }
  return result;
}

}  // namespace

std::string base_name(const project::Project& project, const project::Database& database) {
  return project.databases.size() == 1 ? project.name : fmt::format("{}-{}", project.name, database.key);
}

std::string application_name(const project::Project& project) {
  return fmt::format("{}-{}", project.name, project.environment);
}

std::string fit_name(std::string_view base, std::string_view suffix, std::size_t limit) {
  if (base.size() + 1 + suffix.size() <= limit) return fmt::format("{}-{}", base, suffix);
  const std::string hash = sha256_hex(base).substr(0, kHashDigits);
  std::string_view kept = base.substr(0, limit - suffix.size() - hash.size() - 2);
  while (kept.ends_with('-') || kept.ends_with('.')) kept.remove_suffix(1);
  return fmt::format("{}-{}-{}", kept, hash, suffix);
}

std::string service_account_name(const project::Project& project) {
  const auto& given = project.kubernetes.service_account;
  return given.empty() ? fit_name(project.name, "migrate") : given;
}

std::string rollback_service_account_name(const project::Project& project) {
  const auto& kubernetes = project.kubernetes;
  if (!kubernetes.create_service_account) return service_account_name(project);
  return fit_name(kubernetes.service_account.empty() ? project.name : kubernetes.service_account, "rollback");
}

std::string config_map_key(std::string_view path) {
  std::string key = only_allowed(path, "-._");
  if (key.starts_with('.')) key.insert(0, "_");
  if (key.size() <= kKeyLimit) return key;
  return key.substr(0, kKeyLimit - kHashDigits - 1) + "." + sha256_hex(path).substr(0, kHashDigits);
}

std::string mount_folder(std::string_view location) {
  constexpr std::string_view kScheme = "filesystem:";
  if (location.starts_with(kScheme)) location.remove_prefix(kScheme.size());
  std::vector<std::string> parts;
  for (const auto& part : split(location, '/')) {
    if (!part.empty() && part != "." && part != "..") parts.push_back(only_allowed(part, "-._"));
  }
  return parts.empty() ? "scripts" : join(parts, "/");
}

}  // namespace windlass::generator
