#include "generator/explain/helm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/text.hpp"
#include "generator/explain/helm_order.hpp"
#include "generator/explain/needs.hpp"

namespace windlass::generator::explain {
namespace {

enum class Left { kNothing, kSucceeded, kFailed };

bool runs_to_an_end(const Object& object) { return object.kind == "Job" || object.kind == "Pod"; }

class Walk {
 public:
  Walk(const Question& question, const std::vector<Object>& objects)
      : objects_(objects), version_(question.helm_version), left_(objects.size(), Left::kNothing) {
    for (const auto& object : objects) hooks_.push_back(helm_hook(object.body));
  }

  std::vector<Step> run(Event event) {
    switch (event) {
      case Event::kNoChange: upgrade(); break;
      case Event::kRetry: retry(); break;
      case Event::kRollback: rollback(); break;
      case Event::kDelete: uninstall(); break;
      case Event::kTest:
        skip_others({HelmEvent::kTest});
        run_hooks(HelmEvent::kTest);
        break;
      case Event::kFirstSync:
      case Event::kSelfHeal: install(); break;
    }
    return std::move(steps_);
  }

 private:
  void install() {
    late_ = late_needs(objects_, {Engine::kHelm, version_, Event::kFirstSync});
    skip_others({HelmEvent::kPreInstall, HelmEvent::kPostInstall});
    run_hooks(HelmEvent::kPreInstall);
    release(Verb::kCreate, "by kind");
    run_hooks(HelmEvent::kPostInstall);
    finish("the release is deployed", "STATUS: deployed");
  }

  void upgrade() {
    leave_what_success_leaves();
    run_upgrade();
  }

  void run_upgrade() {
    skip_others({HelmEvent::kPreUpgrade, HelmEvent::kPostUpgrade});
    run_hooks(HelmEvent::kPreUpgrade);
    release(Verb::kApply, "by kind; what the chart no longer has is deleted");
    run_hooks(HelmEvent::kPostUpgrade);
    finish("the release is deployed", "STATUS: deployed");
  }

  void rollback() {
    leave_what_success_leaves();
    skip_others({HelmEvent::kPreRollback, HelmEvent::kPostRollback});
    say("the manifests are those of the release that is gone back to, hooks included", "rollback-hooks");
    run_hooks(HelmEvent::kPreRollback);
    release(Verb::kApply, "by kind, as the old release had it");
    run_hooks(HelmEvent::kPostRollback);
    finish("the old manifests are deployed as a new revision", "Rollback was a success! Happy Helming!");
  }

  void retry() {
    if (const auto failing = failing_hook()) fail(*failing);
    part_ = "upgrade 2";
    run_upgrade();
  }

  // The last Job or Pod of the first event that has any.
  std::optional<std::pair<HelmEvent, Index>> failing_hook() const {
    for (const auto event : {HelmEvent::kPreUpgrade, HelmEvent::kPostUpgrade}) {
      const auto hooks = helm_hooks_at(objects_, event, version_);
      const auto last =
          std::find_if(hooks.rbegin(), hooks.rend(), [&](Index i) { return runs_to_an_end(objects_[i]); });
      if (last != hooks.rend()) return std::pair(event, *last);
    }
    return std::nullopt;
  }

  void fail(const std::pair<HelmEvent, Index>& failing) {
    part_ = "upgrade 1";
    const auto [event, hook] = failing;
    add(event, hook, Verb::kSay, "it has failed: nothing after it is started", "hook-wait");
    if (hooks_[hook].policies.failed) add(event, hook, Verb::kDelete, "it has failed", "hook-failed");
    left_[hook] = hooks_[hook].policies.failed ? Left::kNothing : Left::kFailed;
    for (const auto i : helm_hooks_at(objects_, event, version_)) {
      if (i == hook) break;
      left_[i] = hooks_[i].policies.succeeded ? Left::kNothing : Left::kSucceeded;
      if (hooks_[i].policies.succeeded)
        add(event, i, Verb::kDelete, "a later hook has failed", "hook-failed");
    }
    const bool pre = event == HelmEvent::kPreUpgrade;
    say(pre ? "the objects of the release stay as they were, the release is failed"
            : "the new objects of the release stay, the release is failed",
        "failed-hook");
    steps_.back().shows = failure_message(hook);
  }

  // Neither says an exit code; the log only where the chart asks for it.
  std::string failure_message(Index hook) const {
    const auto& object = objects_[hook];
    const auto failure =
        version_ == HelmVersion::k3
            ? fmt::format("{} {} failed: BackoffLimitExceeded", to_lower(object.kind), object.name)
            : fmt::format("resource {}/.../{} not ready. status: Failed", object.kind, object.name);
    return fmt::format("{}{}", hooks_[hook].logs_failure ? "its log and " : "", failure);
  }

  void uninstall() {
    leave_what_success_leaves();
    skip_others({HelmEvent::kPreDelete, HelmEvent::kPostDelete});
    run_hooks(HelmEvent::kPreDelete);
    for (const auto i : helm_release(objects_, HelmOrder::kUninstall, version_)) {
      const bool kept = annotation(objects_[i].body, kResourcePolicy).value_or("") == "keep";
      add({}, i, kept ? Verb::kSkip : Verb::kDelete,
          kept ? "its resource policy keeps it" : "by kind, the reverse order", "uninstall-order");
    }
    run_hooks(HelmEvent::kPostDelete);
    for (Index i = 0; i < objects_.size(); ++i) {
      const bool of_delete = is_at(i, HelmEvent::kPreDelete) || is_at(i, HelmEvent::kPostDelete);
      const bool stays = of_delete ? !hooks_[i].policies.succeeded : left_[i] != Left::kNothing;
      if (stays) add({}, i, Verb::kSkip, "it stays in the cluster", "hooks-outside");
    }
  }

  bool is_at(Index object, HelmEvent event) const {
    const auto& events = hooks_[object].events;
    return std::find(events.begin(), events.end(), event) != events.end();
  }

  // Hooks of an install or upgrade that succeeded and that no policy has deleted.
  void leave_what_success_leaves() {
    for (Index i = 0; i < objects_.size(); ++i) {
      const bool ran = is_at(i, HelmEvent::kPreInstall) || is_at(i, HelmEvent::kPostInstall) ||
                       is_at(i, HelmEvent::kPreUpgrade) || is_at(i, HelmEvent::kPostUpgrade);
      if (ran && !hooks_[i].policies.succeeded && !objects_[i].generated) left_[i] = Left::kSucceeded;
    }
  }

  Step& add(std::optional<HelmEvent> event, std::optional<Index> object, Verb verb, std::string reason,
            std::string_view rule) {
    Step step{part_, {}, {}, verb, object, std::move(reason), rule, {}};
    if (event) step.phase = helm_event_name(*event);
    if (event && object) step.wave = hooks_[*object].weight;
    return steps_.emplace_back(std::move(step));
  }

  void say(std::string reason, std::string_view rule) { add({}, {}, Verb::kSay, std::move(reason), rule); }

  void finish(std::string reason, std::string shows) {
    if (failed_) return;
    say(std::move(reason), "deployed");
    steps_.back().shows = std::move(shows);
  }

  void skip_others(const std::vector<HelmEvent>& events) {
    for (Index i = 0; i < objects_.size(); ++i) {
      if (!hooks_[i].is_hook) continue;
      if (hooks_[i].dropped) {
        add({}, i, Verb::kSkip, "a word of its hook annotation is unknown", "helm-words");
        continue;
      }
      const bool runs =
          std::any_of(events.begin(), events.end(), [&](auto event) { return is_at(i, event); });
      if (!runs) {
        add({}, i, Verb::kSkip, fmt::format("it runs at {}", helm_event_name(hooks_[i].events.front())),
            "event-hooks");
      }
    }
  }

  void run_hooks(HelmEvent event) {
    if (failed_) return;
    const auto hooks = helm_hooks_at(objects_, event, version_);
    for (const auto i : hooks) {
      run_hook(event, i);
      if (failed_) return;
    }
    for (auto i = hooks.rbegin(); i != hooks.rend(); ++i) {
      if (!hooks_[*i].policies.succeeded || objects_[*i].kind == "CustomResourceDefinition") continue;
      add(event, *i, Verb::kDelete, "all hooks of the event have succeeded", "hook-succeeded");
      left_[*i] = Left::kNothing;
    }
  }

  void run_hook(HelmEvent event, Index i) {
    if (left_[i] != Left::kNothing && hooks_[i].policies.before_creation) {
      add(event, i, Verb::kDelete,
          version_ == HelmVersion::k3 ? "the one that is left is deleted and waited for"
                                      : "the one that is left is deleted, in the background",
          "before-hook-creation");
    } else if (left_[i] != Left::kNothing) {
      return take_what_is_left(event, i);
    }
    add(event, i, Verb::kCreate, "by weight, then name", "weight-order");
    left_[i] = Left::kSucceeded;
    if (!runs_to_an_end(objects_[i])) return;
    add(event, i, Verb::kWait, waited_for(event, i), "hook-wait").shows =
        "when it fails, " + failure_message(i);
    if (failed_) say("the command has failed: nothing after this hook is started", "hook-wait");
  }

  // Until when a hook is waited for. One that can never start fails the command.
  std::string waited_for(HelmEvent event, Index hook) {
    for (const auto& late : late_) {
      if (late.user != hook || late.event != event) continue;
      failed_ = true;
      return fmt::format("until --timeout: it cannot start without {}", objects_[late.needed].label());
    }
    const auto deadline = number_at(objects_[hook].body, "/spec/activeDeadlineSeconds");
    if (!deadline) return "until it has succeeded, at most --timeout (5m when not given)";
    return fmt::format("until it has succeeded; --timeout has to be longer than its {} s", *deadline);
  }

  void take_what_is_left(HelmEvent event, Index i) {
    const bool failed = left_[i] == Left::kFailed;
    if (version_ == HelmVersion::k3) {
      add(event, i, Verb::kTake, "the one that is left is in the way: the command fails", "already-exists")
          .shows = fmt::format("\"{}\" already exists", objects_[i].name);
      failed_ = true;
    } else if (!runs_to_an_end(objects_[i])) {
      add(event, i, Verb::kApply, "it is left from before and applied in place", "server-side-apply");
    } else {
      add(event, i, Verb::kTake,
          failed ? "the failed one is left: its failure is reported again, nothing is run"
                 : "the one from before is left and has succeeded: nothing is run",
          "server-side-apply");
      failed_ = failed;
    }
  }

  void release(Verb verb, const std::string& reason) {
    if (failed_) return;
    for (const auto i : helm_release(objects_, HelmOrder::kInstall, version_)) {
      add({}, i, verb, reason, "install-order");
    }
    say("nothing of the release is waited for without --wait", "release-wait");
  }

  const std::vector<Object>& objects_;
  HelmVersion version_;
  std::vector<HelmHook> hooks_;
  std::vector<Left> left_;
  std::vector<LateNeed> late_;
  std::vector<Step> steps_;
  std::string part_;
  bool failed_ = false;
};

}  // namespace

std::vector<Step> helm_steps(const Question& question, const std::vector<Object>& objects) {
  return Walk(question, objects).run(question.event);
}

}  // namespace windlass::generator::explain
