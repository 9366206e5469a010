#include "generator/plan/observability.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/digest.hpp"
#include "core/base/duration.hpp"
#include "core/contract/phase.hpp"
#include "generator/plan/embedded_observability.hpp"
#include "generator/plan/names.hpp"
#include "generator/render/read/read_manifests.hpp"

namespace windlass::generator {
namespace {

using nlohmann::json;
using Values = std::map<std::string, std::string, std::less<>>;

constexpr std::size_t kUidDigits = 16;

// Parsed once, however many projects are rendered.
const json& file() {
  static const json parsed =
      read_manifests(embedded_observability().front().text, "observability.yaml").at(0);
  return parsed;
}

std::string job_prefix(const std::string& base, Phase phase) {
  const std::string hash(kHashDigits, '0');
  const std::string name = fit_name(base, fmt::format("{}-{}", phase_name(phase), hash));
  return name.substr(0, name.size() - kHashDigits);
}

std::string seconds(Milliseconds duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

Values values_of(const project::Project& project, const project::Database& database) {
  const std::string base = base_name(project, database);
  const auto& alerts = project.alerts;
  const auto deadline = project.kubernetes.active_deadline;
  const auto not_run_for = alerts.not_run_for.value_or(Milliseconds{0});
  const std::string where = project.environment.empty() ? "" : fmt::format(", {}", project.environment);
  return {{"project", project.name},
          {"database", database.key},
          {"namespace", project.kubernetes.namespace_name},
          {"backup", job_prefix(base, Phase::kBackup)},
          {"migrate", job_prefix(base, Phase::kMigrate)},
          {"verify", job_prefix(base, Phase::kVerify)},
          {"contract", job_prefix(base, Phase::kContract)},
          {"activeDeadlineSeconds", seconds(deadline)},
          {"longRunningSeconds", seconds(alerts.long_running.value_or(deadline / 2))},
          {"failurePercent", std::to_string(alerts.failure_percent)},
          {"notRunFor", format_duration(not_run_for)},
          {"notRunForSeconds", seconds(not_run_for)},
          {"uid", sha256_hex(fmt::format("{} {}", project.name, project.environment)).substr(0, kUidDigits)},
          {"title", fmt::format("Migrations of {}{}", project.name, where)}};
}

// What is filled in is not looked at again.
std::string fill(std::string_view text, const Values& values) {
  std::string result;
  for (auto begin = text.find("${"); begin != std::string_view::npos; begin = text.find("${")) {
    const auto end = text.find('}', begin);
    if (end == std::string_view::npos) break;
    const auto value = values.find(text.substr(begin + 2, end - begin - 2));
    result += text.substr(0, begin);
    result += value == values.end() ? text.substr(begin, end - begin + 1) : std::string_view(value->second);
    text.remove_prefix(end + 1);
  }
  return result.append(text);
}

void fill_all(json& node, const Values& values) {
  if (node.is_string()) node = fill(node.get_ref<const std::string&>(), values);
  if (!node.is_structured()) return;
  for (auto& inner : node) fill_all(inner, values);
}

}  // namespace

json observability(const project::Project& project, const project::Database& database) {
  Values values = values_of(project, database);
  json result = file();
  for (const auto& shared : result.at("shared"))
    values[shared.at("name")] = fill(shared.at("value").get_ref<const std::string&>(), values);
  result.erase("shared");
  fill_all(result, values);
  return result;
}

std::vector<const project::Database*> databases_by_key(const project::Project& project) {
  std::vector<const project::Database*> databases;
  for (const auto& database : project.databases) databases.push_back(&database);
  std::sort(databases.begin(), databases.end(), [](const auto* a, const auto* b) { return a->key < b->key; });
  return databases;
}

}  // namespace windlass::generator
