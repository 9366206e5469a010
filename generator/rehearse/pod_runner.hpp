// Runs the hook containers of a pod as processes of this machine, init containers first.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/process.hpp"
#include "core/base/stop_signal.hpp"
#include "generator/rehearse/environment.hpp"
#include "generator/rehearse/objects.hpp"
#include "generator/rehearse/rehearsal_server.hpp"
#include "generator/rehearse/volumes.hpp"

namespace windlass::generator {

// A container of the manifests with the pod that it stands in.
struct HookContainer {
  PodFacts facts;
  nlohmann::json pod_spec;
  nlohmann::json container;
};

struct ContainerResult {
  std::string name;
  std::string phase;             // the hook's word: "migrate"
  std::optional<int> exit_code;  // nothing: it could not be started
  bool timed_out = false;        // stopped by the Job's deadline
  Milliseconds duration{};
  std::string message;  // the last one: of the termination file, else why it did not start
  std::string output;   // what it wrote to stdout
  std::string log;      // what it wrote to stderr

  bool succeeded() const { return exit_code == 0; }
};

struct PodResult {
  std::vector<ContainerResult> containers;  // in the order in which they ran
  std::vector<std::string> passed_over;     // containers that run something else than the hook
  bool succeeded() const;
};

// Changes that a caller makes to a container of the manifests before it runs.
struct Changes {
  std::map<std::string, std::string> environment;          // set
  std::vector<std::string> without;                        // environment names taken away
  std::optional<DatabaseUrl> database;                     // connect to this one
  std::function<bool(const std::string& path)> keep_file;  // of ConfigMap, Secret and projected volumes
};

// What all pods of a rehearsal share; everything outlives the runner.
struct PodSetting {
  std::filesystem::path hook;  // the program windlass-hook
  std::filesystem::path folder;
  const Objects* objects = nullptr;
  RehearsalServer* server = nullptr;
  const Clock* clock = nullptr;
  const StopSignal* stop = nullptr;
  const StandIn* stand_in = nullptr;  // of every pod; null: there is none
};

class PodRunner {
 public:
  explicit PodRunner(PodSetting setting) : setting_(std::move(setting)) {}

  // Runs init containers in order and then the containers, one after the other, until one fails or `limit` is
  // over. Only containers that run windlass-hook (by their command, or by a phase as first argument) are run;
  // images, users and resources are the cluster's business. Throws Error(kTerminated) on a stop request.
  PodResult run(const PodFacts& facts, const nlohmann::json& pod_spec, Milliseconds limit,
                const std::function<void(const ContainerResult&)>& on_end = {});
  // The same for one container, changed.
  ContainerResult run_container(const HookContainer& hook, Milliseconds limit, const Changes& changes);
  // Where its hook would connect to here. Throws Error(kConfiguration) when it does not say.
  DatabaseUrl database_of(const HookContainer& hook);

 private:
  struct Prepared {
    Command command;
    DatabaseUrl database;
  };
  std::filesystem::path next_pod_folder();
  Prepared prepare(const std::filesystem::path& pod_folder, const std::filesystem::path& termination_file,
                   const HookContainer& hook, const Changes& changes);
  ContainerResult run_in(const std::filesystem::path& pod_folder, const HookContainer& hook,
                         Milliseconds limit, const Changes& changes);

  PodSetting setting_;
  int pods_ = 0;
};

// The phase that a container runs with windlass-hook; empty when it runs something else.
std::string hook_phase(const nlohmann::json& container);

// The facts of a pod that a Job or Deployment `owner` would make from `pod_template`.
PodFacts pod_facts(const nlohmann::json& owner, const nlohmann::json& pod_template);

}  // namespace windlass::generator
