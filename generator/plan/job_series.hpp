// The Jobs of one database as kube-state-metrics shows them to Prometheus.
#pragma once

#include <string>

#include "core/contract/phase.hpp"
#include "core/project/project.hpp"

namespace windlass::generator {

// Selectors in PromQL, without their braces. Jobs are found by namespace and name, because kube-state-metrics
// shows labels only when it is told so. Rollbacks are left out: a person started them.
class JobSeries {
 public:
  JobSeries(const project::Project& project, const project::Database& database);

  std::string all() const;         // backup, migrate, verify and contract
  std::string migrations() const;  // migrate

 private:
  std::string selector(const std::string& names) const;
  std::string pattern(Phase phase) const;

  std::string namespace_;
  std::string base_;
};

// PromQL: the series with the label "phase", taken from the Job's name.
std::string with_phase(const std::string& series);

// PromQL: the time at which the newest Job of a phase was made, where that Job has failed. One that failed
// stays for kubernetes.ttlAfterFinished, also when a later release has cured it.
std::string newest_failed(const JobSeries& jobs);

}  // namespace windlass::generator
