#include "generator/plan/alerts.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "generator/plan/job_series.hpp"
#include "generator/plan/names.hpp"

namespace windlass::generator {
namespace {

// By its age and not by its pods: a Job whose pods cannot be made has none.
std::string runs_long(const JobSeries& jobs, std::int64_t seconds) {
  return fmt::format(
      "time() - max by (namespace, job_name) (kube_job_created{{{0}}}) > {1}\n"
      "unless on (namespace, job_name) (\n"
      "  kube_job_complete{{{0},condition=\"true\"}} == 1\n"
      "  or kube_job_failed{{{0},condition=\"true\"}} == 1\n"
      ")",
      jobs.all(), seconds);
}

// A week's Jobs by their names, also those that are gone.
std::string fail_often(const JobSeries& jobs, int percent) {
  const auto within = [&](std::string_view series) {
    return fmt::format("max_over_time({}{{{},condition=\"true\"}}[7d]) == 1", series, jobs.all());
  };
  const std::string failures =
      fmt::format("count by (namespace) (max by (namespace, job_name) ({}))", within("kube_job_failed"));
  return fmt::format(
      "100 * {0}\n"
      "/ count by (namespace) (max by (namespace, job_name) (\n  {1}\n  or {2}\n)) > {3}\n"
      "and {0} >= 2",
      failures, within("kube_job_failed"), within("kube_job_complete"), percent);
}

// The second part is for when the last Job is gone, and with it the time at which it ended.
std::string not_run(const JobSeries& jobs, std::int64_t seconds) {
  const std::string ended =
      fmt::format("kube_job_status_completion_time{{{}}}[{}s]", jobs.migrations(), seconds);
  return fmt::format("time() - max by (namespace) (max_over_time({0})) > {1}\nor absent_over_time({0})",
                     ended, seconds);
}

std::int64_t seconds_of(Milliseconds duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

Tree alert(const project::Project& project, const project::Database& database, std::string_view name,
           std::string_view severity, std::string expression, std::string summary, std::string description) {
  Members labels = {{"severity", severity}, {"project", project.name}, {"database", database.key}};
  if (!project.environment.empty()) labels.push_back({"environment", project.environment});
  return Members{
      {"alert", name},
      {"expr", std::move(expression)},
      {"labels", std::move(labels)},
      {"annotations", Members{{"summary", std::move(summary)}, {"description", std::move(description)}}}};
}

Tree group(const project::Project& project, const project::Database& database) {
  const JobSeries jobs(project, database);
  const auto& alerts = project.alerts;
  const auto long_running = alerts.long_running.value_or(project.kubernetes.active_deadline / 2);
  const std::string whose = fmt::format("{}, database {}", project.name, database.key);
  constexpr const char* kLogs =
      "kubectl -n {{ $labels.namespace }} logs job/{{ $labels.job_name }} --all-containers";
  List rules = {
      alert(project, database, "WindlassJobFailed", "critical", newest_failed(jobs),
            fmt::format("{}: {{{{ $labels.phase }}}} failed", whose),
            fmt::format("Job {{{{ $labels.job_name }}}} has failed. {} shows why.", kLogs)),
      alert(
          project, database, "WindlassJobRunsLong", "warning", runs_long(jobs, seconds_of(long_running)),
          fmt::format("{}: a Job has not ended for {{{{ $value | humanizeDuration }}}}", whose),
          fmt::format("Kubernetes ends Job {{{{ $labels.job_name }}}} {} after its start. kubectl -n {{{{ "
                      "$labels.namespace }}}} describe job {{{{ $labels.job_name }}}} shows a pod that does "
                      "not start; {} shows what a pod waits for.",
                      format_duration(project.kubernetes.active_deadline), kLogs)),
      alert(project, database, "WindlassJobsFailOften", "warning", fail_often(jobs, alerts.failure_percent),
            fmt::format("{}: {{{{ $value | printf \"%.0f\" }}}}% of a week's Jobs failed", whose),
            fmt::format("kubectl -n {{{{ $labels.namespace }}}} get jobs -l windlass.dev/project={} shows "
                        "which.",
                        project.name))};
  if (alerts.not_run_for) {
    rules.push_back(alert(
        project, database, "WindlassNotRun", "warning", not_run(jobs, seconds_of(*alerts.not_run_for)),
        fmt::format("{}: no migration succeeded for {}", whose, format_duration(*alerts.not_run_for)),
        "Syncs that skip hooks, or a pipeline that does not come this far, leave the database behind."));
  }
  return Members{{"name", fit_name(base_name(project, database), "migrations")}, {"rules", std::move(rules)}};
}

}  // namespace

List alert_groups(const project::Project& project) {
  List groups;
  for (const auto& database : project.databases) groups.push_back(group(project, database));
  return groups;
}

}  // namespace windlass::generator
