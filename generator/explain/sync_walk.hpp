// One attempt of an Argo CD sync: the steps from its dry run to its end.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "generator/explain/hooks.hpp"
#include "generator/explain/step.hpp"
#include "generator/explain/sync_tasks.hpp"

namespace windlass::generator::explain {

// What earlier attempts have left of a hook.
enum class Left { kNothing, kSucceeded, kFailed };

enum class Hooks { kRun, kSkip };

struct Attempt {
  std::string part = {};  // stands in each step
  Hooks hooks = Hooks::kRun;
  std::string_view skip_rule = {};  // of the engine, where hooks are skipped
  std::string skip_reason = {};
  std::string apply_reason = "by phase, wave, kind and name";
  std::string_view apply_rule = "sync-order";
  std::vector<Left> left = {};  // by object; empty: nothing of any
  bool first = false;           // nothing of the application is there yet
};

// Those that Argo CD forgets, because an object of the same kind, namespace and name comes later
// (controller/state.go).
std::set<Index> replaced_objects(const std::vector<Object>& objects);

// The tasks of the others in order, SyncFail's included.
std::vector<SyncTask> tasks_of(const std::vector<Object>& objects);

// Whether the object is one for which Argo CD has a health check.
bool has_health(const Object& object);

// What Argo CD's UI shows of a Job or Pod while it runs, and when it fails.
std::string shown_of(const Object& object);

// The steps of the attempt. It ends early where a hook's old failure is taken for its new result.
std::vector<Step> walk_sync(const std::vector<Object>& objects, const Attempt& attempt);

}  // namespace windlass::generator::explain
