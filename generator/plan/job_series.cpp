#include "generator/plan/job_series.hpp"

#include <fmt/format.h>

#include <string_view>

#include "core/base/text.hpp"
#include "generator/plan/names.hpp"

namespace windlass::generator {
namespace {

constexpr std::string_view kHash = "00000000";  // as long as the one that ends a Job's name
constexpr std::string_view kHashPattern = "[0-9a-f]{8}";

}  // namespace

JobSeries::JobSeries(const project::Project& project, const project::Database& database)
    : namespace_(project.kubernetes.namespace_name), base_(base_name(project, database)) {}

std::string JobSeries::all() const {
  return selector(join(
      {pattern(Phase::kBackup), pattern(Phase::kMigrate), pattern(Phase::kVerify), pattern(Phase::kContract)},
      "|"));
}

std::string JobSeries::migrations() const { return selector(pattern(Phase::kMigrate)); }

std::string JobSeries::selector(const std::string& names) const {
  return fmt::format(R"(namespace="{}",job_name=~"{}")", namespace_, names);
}

std::string JobSeries::pattern(Phase phase) const {
  std::string name = fit_name(base_, fmt::format("{}-{}", phase_name(phase), kHash));
  name.resize(name.size() - kHash.size());
  return name + std::string(kHashPattern);
}

std::string with_phase(const std::string& series) {
  return fmt::format(
      R"re(label_replace({}, "phase", "$1", "job_name", ".*-(backup|migrate|verify|contract)-{}"))re", series,
      kHashPattern);
}

std::string newest_failed(const JobSeries& jobs) {
  const std::string of_failed = fmt::format(
      "kube_job_created{{{0}}}\n    and on (namespace, job_name) kube_job_failed{{{0},condition=\"true\"}} "
      "== 1",
      jobs.all());
  return fmt::format(
      "max by (namespace, job_name, phase) (\n  {}\n)\n"
      "== on (namespace, phase) group_left ()\n"
      "max by (namespace, phase) (\n  {}\n)",
      with_phase(of_failed), with_phase(fmt::format("kube_job_created{{{}}}", jobs.all())));
}

}  // namespace windlass::generator
