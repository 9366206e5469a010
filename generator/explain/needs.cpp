#include "generator/explain/needs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "core/base/text.hpp"
#include "generator/explain/engine_view.hpp"
#include "generator/explain/helm_order.hpp"
#include "generator/explain/pods.hpp"
#include "generator/explain/sync_walk.hpp"

namespace windlass::generator::explain {
namespace {

constexpr auto kNever = std::numeric_limits<std::size_t>::max();

// Positions in a sync, by object: of its first task.
std::vector<std::size_t> sync_positions(const std::vector<Object>& objects) {
  std::vector<std::size_t> positions(objects.size(), kNever);
  const auto tasks = tasks_of(objects);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    positions[tasks[i].object] = std::min(positions[tasks[i].object], i);
  }
  return positions;
}

// The events at which the objects of the release are not there yet, or are those of the last release.
bool is_before_release(HelmEvent event) {
  return event == HelmEvent::kPreInstall || event == HelmEvent::kPreUpgrade;
}

// Whether at `event` the object `needed` comes after the hook `user`, or is gone by then.
bool comes_later(const std::vector<Object>& objects, Index user, Index needed, HelmEvent event,
                 const Question& question) {
  const auto hook = helm_hook(objects[needed].body);
  if (!hook.is_hook) return is_before_release(event) || event == HelmEvent::kPostDelete;
  const auto order = helm_hooks_at(objects, event, question.helm_version);
  const auto mine = std::find(order.begin(), order.end(), user);
  const auto its = std::find(order.begin(), order.end(), needed);
  if (its != order.end()) return its > mine;
  const bool earlier = std::any_of(hook.events.begin(), hook.events.end(), [&](auto other) {
    return is_before_release(other) && !is_before_release(event);
  });
  return !earlier || hook.policies.succeeded;
}

// Whether a hook of the application's deletion finds `needed` gone: a hook that a sync has deleted at its end
// and, after the deletion, whatever belongs to the application.
bool is_gone_at_deletion(const Object& user, const Object& needed) {
  const auto mine = argo_hook(user.body);
  const auto its = argo_hook(needed.body);
  if (mine.pre_delete && !its.pre_delete) return its.is_hook && its.policies.succeeded;
  return mine.post_delete && !its.post_delete;
}

void add_late(const std::vector<Object>& objects, Index user, Index needed,
              const std::vector<std::size_t>& positions, const Question& question,
              std::vector<LateNeed>& needs) {
  if (question.engine == Engine::kArgoCd) {
    const bool late = positions[user] != kNever && positions[needed] > positions[user];
    const bool gone = is_gone_at_deletion(objects[user], objects[needed]);
    if (late || gone) needs.push_back({user, needed, {}, positions[needed] == kNever, !late});
    return;
  }
  for (const auto event : helm_hook(objects[user].body).events) {
    if (comes_later(objects, user, needed, event, question))
      needs.push_back({user, needed, event, false, false});
  }
}

}  // namespace

std::vector<LateNeed> late_needs(const std::vector<Object>& objects, const Question& question) {
  std::vector<LateNeed> needs;
  std::set<std::pair<Index, Index>> seen;
  const auto positions = sync_positions(objects);
  const Providers providers(objects);
  for (Index user = 0; user < objects.size(); ++user) {
    if (!is_hook(objects[user], question)) continue;
    for (const auto& reference : references_of(objects[user])) {
      const auto needed = providers.of(objects[user], reference);
      if (!needed || !seen.emplace(user, *needed).second) continue;
      add_late(objects, user, *needed, positions, question, needs);
    }
  }
  return needs;
}

std::vector<std::string> outside_needs(const std::vector<Object>& objects, const Question& question) {
  std::map<std::string, std::vector<std::string>> users;
  const Providers providers(objects);
  for (const auto& object : objects) {
    if (!is_hook(object, question)) continue;
    for (const auto& reference : references_of(object)) {
      if (providers.of(object, reference)) continue;
      users[fmt::format("{}/{}", reference.kind, reference.name)].push_back(object.label());
    }
  }
  std::vector<std::string> needs;
  for (const auto& [need, by] : users) needs.push_back(fmt::format("{} for {}", need, join(by, ", ")));
  return needs;
}

}  // namespace windlass::generator::explain
