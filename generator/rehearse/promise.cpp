#include "generator/rehearse/promise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <regex>

#include "core/base/error.hpp"
#include "core/base/unified_diff.hpp"
#include "core/contract/exit_code.hpp"
#include "core/contract/labels.hpp"
#include "generator/rehearse/schema_text.hpp"

namespace windlass::generator {
namespace {

using nlohmann::json;

constexpr Milliseconds kRunLimit{30 * 60'000};

const json* pod_template_of(const json& document) {
  const auto kind = text_or(document, "kind", "");
  if (kind == "Job") return &document.at("spec").at("template");
  if (kind == "CronJob") return &document.at("spec").at("jobTemplate").at("spec").at("template");
  return nullptr;
}

bool is_for(const PodFacts& facts, const std::string& database_key) {
  const auto label = facts.labels.find(std::string(contract::kDatabaseLabel));
  return label == facts.labels.end() || label->second == database_key;
}

// What breaks the promise of one version.
struct Broken {
  std::string message;
  std::string diff;
  std::string log;
  bool applied = true;  // false: no later version can be checked either
};

// "storefront-4-to-3" of "... run it again with --confirm storefront-4-to-3."; empty when nothing of it was
// printed.
std::string printed_confirmation(const std::string& text) {
  static const std::regex kPrinted("--confirm[ =]([^\\s'\",]*[^\\s'\",.])");
  std::smatch found;
  return std::regex_search(text, found, kPrinted) ? found[1].str() : std::string();
}

// Databases of the rollback promise; gone when it has been checked.
class PromiseDatabase {
 public:
  PromiseDatabase(const RehearsalServer& server, std::string name) : server_(server), name_(std::move(name)) {
    server_.drop_database(name_);  // a rehearsal that was killed on a named server left it
  }
  ~PromiseDatabase() {
    try {
      server_.drop_database(name_);
    } catch (const std::exception&) {  // a destructor only undoes; the next rehearsal drops it first
    }
  }
  PromiseDatabase(const PromiseDatabase&) = delete;
  PromiseDatabase& operator=(const PromiseDatabase&) = delete;

  const std::string& name() const { return name_; }

 private:
  const RehearsalServer& server_;
  std::string name_;
};

enum class Repeatables { kLeftOut, kIncluded };

class PromiseRun {
 public:
  PromiseRun(const PromiseTask& task, RehearsalServer& server, PodRunner& pods)
      : task_(task), server_(server), pods_(pods), target_(pods.database_of(task.migrate)) {}

  // The schema before any version; call first.
  void begin() {
    walk_.emplace(server_, target_.database_name() + "_promise");
    server_.create_database(walk_->name(), target_.user);
    before_ = schema(walk_->name());
  }

  // From the state that the sync has left, repeatable scripts and all, back as far as there are undo scripts
  // and forward again in one go: what an operator would do at night.
  std::optional<Broken> round_trip(const std::string& floor) {
    const auto head = schema(target_.database_name());
    const PromiseDatabase copy(server_, target_.database_name() + "_promise_back");
    server_.copy_database(target_.database_name(), copy.name(), target_.user);
    if (auto broken = roll_back(copy.name(), floor)) return broken;
    const auto again = run(task_.migrate, copy.name(), {}, Repeatables::kIncluded);
    if (!again.succeeded()) return Broken{"it cannot be applied again: " + again.message, {}, again.log};
    auto diff = unified_diff(head, schema(copy.name()), "today", "after the way back and forward again");
    if (diff.empty()) return std::nullopt;
    return Broken{"the way back and forward again leads to another schema", std::move(diff), {}};
  }

  // Applies the next version and, if it has an undo script, checks it.
  std::optional<Broken> advance(const PromiseVersion& version) {
    if (auto broken = migrate(walk_->name(), version.version, "applied")) {
      broken->applied = false;
      return broken;
    }
    const auto after = schema(walk_->name());
    const auto broken = version.has_undo ? undo_and_redo(version, after) : std::nullopt;
    before_ = after;
    previous_ = version.version;
    return broken;
  }

 private:
  std::optional<Broken> undo_and_redo(const PromiseVersion& version, const std::string& after) {
    const PromiseDatabase copy(server_, target_.database_name() + "_promise_undo");
    server_.copy_database(walk_->name(), copy.name(), target_.user);
    if (auto broken = roll_back(copy.name(), previous_)) return broken;
    if (auto diff = unified_diff(before_, schema(copy.name()), "before " + version.version, "after its undo");
        !diff.empty()) {
      return Broken{"the undo script does not bring the schema back", diff, {}};
    }
    if (auto broken = migrate(copy.name(), version.version, "applied again")) return broken;
    if (auto diff = unified_diff(after, schema(copy.name()), "applied once", "undone and applied again");
        !diff.empty()) {
      return Broken{"applied again, it makes another schema", diff, {}};
    }
    return std::nullopt;
  }

  std::optional<Broken> migrate(const std::string& database, const std::string& version, const char* what) {
    const auto result = run(task_.migrate, database, {{"WINDLASS_TARGET", version}});
    if (result.succeeded()) return std::nullopt;
    return Broken{fmt::format("it cannot be {}: {}", what, result.message), {}, result.log};
  }

  // As an operator does it: the first run is refused and prints the value that confirms, the second gets it.
  std::optional<Broken> roll_back(const std::string& database, const std::string& to) {
    std::map<std::string, std::string> settings{{"WINDLASS_TARGET", to}, {"WINDLASS_SAFETY_DELAY", "0s"}};
    auto result = run(task_.rollback, database, settings);
    const std::string printed = result.message + "\n" + result.output + "\n" + result.log;
    const auto value = printed_confirmation(printed);
    if (result.exit_code == static_cast<int>(ExitCode::kRefused) && !value.empty()) {
      settings["WINDLASS_CONFIRM"] = value;
      result = run(task_.rollback, database, settings);
    }
    if (result.succeeded()) return std::nullopt;
    return Broken{fmt::format("it cannot be undone: {}", result.message), {}, result.log};
  }

  // An earlier version is not to be held against today's digest, nor today's repeatable scripts against its
  // tables. No application is rolled out between versions, so a contract script has nothing to wait for.
  ContainerResult run(const HookContainer& hook, const std::string& database,
                      std::map<std::string, std::string> settings,
                      Repeatables repeatables = Repeatables::kLeftOut) {
    Changes changes{.environment = std::move(settings),
                    .without = {"WINDLASS_DEFER_CONTRACT"},
                    .database = target_,
                    .keep_file = {}};
    changes.database->database = database;
    if (repeatables == Repeatables::kLeftOut) {
      changes.without.insert(changes.without.end(), {"WINDLASS_EXPECT_DIGEST", "WINDLASS_EXPECT_VERSION"});
      changes.keep_file = task_.is_versioned;
    }
    return pods_.run_container(hook, kRunLimit, changes);
  }

  std::string schema(const std::string& database) const {
    return comparable_schema(server_.dump_schema(database, {"*." + task_.history_table, "*.windlass_*"}),
                             task_.schemas);
  }

  const PromiseTask& task_;
  RehearsalServer& server_;
  PodRunner& pods_;
  DatabaseUrl target_;
  std::optional<PromiseDatabase> walk_;
  std::string previous_ = "0";
  std::string before_;
};

// The version that the newest ones can be undone down to; "0" when all can, nothing when not even the last
// can.
std::optional<std::string> undo_floor(const std::vector<PromiseVersion>& versions) {
  const auto without =
      std::find_if(versions.rbegin(), versions.rend(), [](const auto& version) { return !version.has_undo; });
  if (without == versions.rbegin()) return std::nullopt;
  return without == versions.rend() ? "0" : without->version;
}

VersionPromise judged(const std::string& database, const PromiseVersion& version,
                      const std::optional<Broken>& broken) {
  const auto unbroken = version.has_undo ? PromiseOutcome::kKept : PromiseOutcome::kNoUndoScript;
  VersionPromise promise{.database = database,
                         .version = version.version,
                         .description = version.description,
                         .outcome = broken ? PromiseOutcome::kBroken : unbroken,
                         .message = {},
                         .diff = {},
                         .log = {}};
  if (broken) {
    promise.message = broken->message;
    promise.diff = broken->diff;
    promise.log = broken->log;
  }
  return promise;
}

}  // namespace

std::string_view promise_outcome_name(PromiseOutcome outcome) {
  constexpr std::array<std::string_view, 4> kNames{"kept", "broken", "noUndoScript", "notChecked"};
  return kNames.at(static_cast<std::size_t>(outcome));
}

std::optional<HookContainer> find_hook_container(const std::vector<json>& documents, std::string_view phase,
                                                 const std::string& database_key) {
  for (const auto& document : documents) {
    const auto* pod = pod_template_of(document);
    if (pod == nullptr) continue;
    const auto facts = pod_facts(document, *pod);
    if (!is_for(facts, database_key)) continue;
    for (const auto& container : items_at(pod->at("spec"), "containers")) {
      if (hook_phase(container) == phase) return HookContainer{facts, pod->at("spec"), container};
    }
  }
  return std::nullopt;
}

std::vector<VersionPromise> check_promise(const PromiseTask& task, RehearsalServer& server, PodRunner& pods,
                                          const Clock& clock,
                                          const std::function<void(const VersionPromise&)>& on_version) {
  std::vector<VersionPromise> promises;
  PromiseRun run(task, server, pods);
  const auto check = [&](const PromiseVersion& version, auto&& act) {
    const auto begin = clock.now();
    const std::optional<Broken> broken = act();
    promises.push_back(judged(task.database, version, broken));
    promises.back().duration = elapsed(clock, begin);
    on_version(promises.back());
    return !broken || broken->applied;
  };
  run.begin();
  for (const auto& version : task.versions) {
    if (!check(version, [&] { return run.advance(version); })) return promises;
  }
  if (const auto floor = undo_floor(task.versions); floor && server.is_own()) {
    check({.version = std::string(kAllVersions),
           .description = fmt::format("from today's state back to {} and forward again", *floor),
           .has_undo = true},
          [&] { return run.round_trip(*floor); });
  }
  return promises;
}

}  // namespace windlass::generator
