#include "generator/pipeline/release_script.hpp"

#include <fmt/format.h>

#include "generator/pipeline/shell.hpp"
#include "generator/plan/names.hpp"

namespace windlass::generator {
namespace {

constexpr int kMinutesAround = 15;  // applying, pulling images, the application's own rollout

std::int64_t job_seconds(const project::Project& project) {
  return (project.kubernetes.active_deadline.count() + 999) / 1000;
}

std::string requires_secrets(const Target& target) {
  std::string text;
  for (const auto& name : release_secrets(target))
    text += fmt::format(": \"${{{}:?is not among the secrets of this environment}}\"\n", name);
  return text;
}

// The credentials lie in a file only while the script runs, readable by nobody else.
constexpr std::string_view kUseCluster = R"(umask 077
KUBECONFIG=$(mktemp)
export KUBECONFIG
trap 'rm -f "$KUBECONFIG"' EXIT
printf '%s' "$KUBE_CONFIG" > "$KUBECONFIG"
)";

// Kubernetes ends a Job at its deadline, so two minutes later nobody knows what is going on.
constexpr std::string_view kRunJobs = R"sh(
# Runs the Jobs of a folder one after the other, each anew, and stops at the first that fails.
run_jobs() {
  for job in "$1"/*.yaml; do
    echo "running $job"
    kubectl replace --force -f "$job"
    limit=$(kubectl get -f "$job" -o jsonpath='{.spec.activeDeadlineSeconds}')
    end=$(($(date +%s) + limit + 120))
    ended=no
    while [ "$ended" = no ]; do
      if [ "$(date +%s)" -ge "$end" ]; then
        echo "$job has not ended $limit seconds after it began" >&2
        exit 1
      fi
      sleep 5
      case " $(kubectl get -f "$job" -o jsonpath='{.status.conditions[*].type}') " in
        *" Complete "*) ended=complete ;;
        *" Failed "*) ended=failed ;;
      esac
    done
    kubectl logs --namespace "$namespace" --all-containers --tail=-1 "$(kubectl get -f "$job" -o name)" || true
    if [ "$ended" = failed ]; then
      echo "$job failed" >&2
      exit 1
    fi
  done
}

)sh";

constexpr std::string_view kApply = R"sh(kubectl apply --server-side -f "$manifests/10-support"
if [ -d "$manifests/20-backup" ]; then run_jobs "$manifests/20-backup"; fi
run_jobs "$manifests/30-migrate"
kubectl apply --server-side -f "$manifests/40-release"
# Your application's own objects belong here: its schema is there, and verify has not looked yet.
run_jobs "$manifests/50-verify"
if [ -d "$manifests/60-contract" ]; then run_jobs "$manifests/60-contract"; fi
)sh";

std::string by_kubectl(const project::Project& project, const std::string& manifests) {
  return fmt::format("manifests={}\nnamespace={}\n", shell_word(manifests),
                     shell_word(project.kubernetes.namespace_name)) +
         std::string(kUseCluster) + std::string(kRunJobs) + std::string(kApply);
}

// Helm's --timeout is for each hook; it must not give up before the Job does.
std::string by_helm(const project::Project& project, const std::string& manifests) {
  return std::string(kUseCluster) + fmt::format("helm upgrade --install {} {} --namespace {} --timeout {}s\n",
                                                shell_word(project.name), shell_word(manifests),
                                                shell_word(project.kubernetes.namespace_name),
                                                job_seconds(project) + 60);
}

// The command waits for the operation, PostSync hooks included, and a full sync runs every hook. The commit
// is named, so that what is released is what was checked.
std::string by_argocd(const project::Project& project, const PipelineRequest& request) {
  const std::string application = shell_word(application_name(project));
  const int seconds = release_minutes(project) * 60;
  return fmt::format(
      "argocd app sync {0} --revision \"${1}\" --timeout {2}\n"
      "argocd app wait {0} --operation --health --timeout {2}\n",
      application, request.commit_variable, seconds);
}

}  // namespace

std::vector<std::string> release_secrets(const Target& target) {
  if (target.reader == Reader::kArgoCd) return {"ARGOCD_SERVER", "ARGOCD_AUTH_TOKEN"};
  return {"KUBE_CONFIG"};
}

int release_minutes(const project::Project& project) {
  // Whether there is a contract Job the scripts of that day say.
  const int jobs_of_one = project.migration.policies.backup_before_upgrade ? 4 : 3;
  const int jobs = static_cast<int>(project.databases.size()) * jobs_of_one;
  return jobs * static_cast<int>((job_seconds(project) + 59) / 60) + kMinutesAround;
}

std::string release_script(const project::Project& project, const PipelineRequest& request) {
  const std::string manifests = request.manifests + "/" + project.environment;
  std::string text = "#!/bin/sh\nset -eu\n" + requires_secrets(*request.target);
  switch (request.target->reader) {
    case Reader::kKubectl: return text + by_kubectl(project, manifests);
    case Reader::kHelm: return text + by_helm(project, manifests);
    case Reader::kArgoCd: return text + by_argocd(project, request);
  }
  return text;
}

}  // namespace windlass::generator
