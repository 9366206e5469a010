// What a render is for: the place of each stage there, and the annotations that say it.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "core/project/project.hpp"

namespace windlass::generator {

// In the order in which they run. What the application is released with stands between migrate and verify;
// the marker comes last where something is to wait for verify.
enum class Stage { kSupport, kBackup, kMigrate, kTracked, kVerify, kContract, kMarker };

// Who reads the annotations.
enum class Reader { kArgoCd, kKubectl, kHelm };

// What becomes of a Job that has ended: Kubernetes deletes it after kubernetes.ttlAfterFinished, or it stays.
enum class EndedJobs { kExpire, kStay };

struct Place {
  std::string_view
      files;              // "30-presync-": what the paths of its files begin with, so that they list in order
  std::string_view hook;  // of Argo CD, with its wave and delete policy; empty where there is none
  std::string_view wave;
  std::string_view delete_policy;
  std::string_view sync_options;
};

struct Target {
  std::string_view name;        // --target
  std::string_view mode;        // --mode; empty when the target has but one
  std::array<Place, 7> places;  // in the order of Stage
  std::string_view
      server_side;  // Argo CD's sync option for objects above 256 KiB; empty: the caller applies so
  Reader reader = Reader::kArgoCd;
  EndedJobs ended_jobs = EndedJobs::kExpire;

  const Place& place(Stage stage) const { return places.at(static_cast<std::size_t>(stage)); }
};

// Every target, each in one table of target.cpp.
std::span<const Target* const> targets();

// Argo CD, all before the application as PreSync hooks: what is rendered when nothing else is asked for, and
// what a rehearsal runs.
const Target& argocd_presync();
// The same, but the application is not in sync before verify has succeeded: what an ApplicationSet that
// promotes from one environment to the next goes by.
const Target& argocd_gated();
// Argo CD, everything tracked and ordered by waves of the Sync phase.
const Target& argocd_waves();
// kubectl in a pipeline: a folder for each step.
const Target& plain();
// Helm: the objects that its chart is to make, before the chart gives them its hooks.
const Target& helm();

// Null when there is none. An empty mode stands for the target's first.
const Target* find_target(std::string_view name, std::string_view mode);

// The annotations of an object in this stage. The waves of a project's Jobs, and of the marker that waits for
// them, lie behind those of every project of a lower rank, as long as one sync applies both.
project::Map stage_annotations(const Target& target, Stage stage, int rank);

// The annotation by which Argo CD applies an object on the server's side: without it, objects above 256 KiB
// fail, because a copy of each goes into an annotation. Nothing where kubectl is told so on its command line.
project::Map server_side_apply(const Target& target);

// Every folder below an output folder that a render of any target may write to: "", "snippets/".
std::span<const std::string_view> output_folders();

}  // namespace windlass::generator
