#include "hook/execute/lock_tactics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/base/text.hpp"
#include "hook/execute/lock_ramp.hpp"

namespace windlass::hook {
namespace {

using migrations::PreparedScript;
using sql::LockClass;

constexpr Milliseconds kFastStatement{30'000};

// The stricter of two limits of which 0 is none.
Milliseconds stricter(Milliseconds a, Milliseconds b) {
  if (a.count() == 0 || b.count() == 0) return std::max(a, b);
  return std::min(a, b);
}

// The first statement that sets `name` itself; beyond the last when none does.
std::size_t first_that_sets(const PreparedScript& script, std::string_view name) {
  constexpr std::array<std::string_view, 4> kSetters = {"SET", "RESET", "SELECT", "DO"};
  constexpr std::size_t kLooked = 4'000;
  for (std::size_t i = 0; i < script.statements.size(); ++i) {
    const std::string& command = script.classes[i].command;
    if (std::find(kSetters.begin(), kSetters.end(), command) == kSetters.end()) continue;
    const std::string text = to_lower(script.text(i, kLooked));
    if (text.find(name) != std::string::npos) return i;
  }
  return script.statements.size();
}

std::size_t first_sent(const PreparedScript& script) {
  const auto first = std::find(script.skipped.begin(), script.skipped.end(), false);
  return static_cast<std::size_t>(first - script.skipped.begin());
}

bool locks_anything(const PreparedScript& script) {
  return std::any_of(script.classes.begin(), script.classes.end(),
                     [](const auto& known) { return known.lock != LockClass::kNone; });
}

}  // namespace

TimeLimits limits_of(LockClass lock_class, const LockBudget& budget, int attempt) {
  if (lock_class == LockClass::kConcurrent) return {};
  const LockRamp ramp{budget.lock_timeout, budget.deadlock_timeout};
  const bool endless = budget.lock_timeout.count() == 0;
  if (lock_class != LockClass::kFast) {
    const Milliseconds least = outlasts_autovacuum(ramp, attempt);
    return {endless ? Milliseconds(0) : std::max(budget.lock_timeout, least), budget.statement_timeout};
  }
  const Milliseconds work =
      attempt == 0 && !endless ? std::min(budget.lock_timeout, kFastStatement) : kFastStatement;
  return {endless ? Milliseconds(0) : lock_timeout_of(ramp, attempt),
          stricter(work, budget.statement_timeout)};
}

LockTactics::LockTactics(const PreparedScript& script, LockBudget budget, Limits limits)
    : script_(script),
      budget_(budget),
      limits_(limits),
      locks_(limits == Limits::kByStatement && locks_anything(script) ? script_locks(script) : ScriptLocks()),
      first_(first_sent(script)),
      own_lock_timeout_(first_that_sets(script, "lock_timeout")),
      own_statement_timeout_(first_that_sets(script, "statement_timeout")) {}

LockClass LockTactics::class_of(std::size_t index) const {
  const auto& known = script_.classes[index];
  const auto is_own = [&](const std::string& relation) { return locks_.creates.count(relation) != 0; };
  const bool own =
      !known.relations.empty() && std::all_of(known.relations.begin(), known.relations.end(), is_own);
  return own && known.lock != LockClass::kConcurrent ? LockClass::kNone : known.lock;
}

// In the first attempt nothing shows that anybody is in the way, and the short waits of a few tables are
// together no longer than one long one.
bool LockTactics::locks_first(int attempt) const {
  if (locks_.first.empty() || budget_.lock_timeout.count() == 0) return false;
  if (attempt > 0) return true;
  std::set<std::string> tables;
  for (const auto& lock : locks_.first) tables.insert(lock.relation);
  const auto waits = static_cast<std::int64_t>(tables.size());
  return waits * limits_of(LockClass::kFast, budget_, 0).lock_timeout > budget_.lock_timeout;
}

TimeLimits LockTactics::first_limits(int attempt) const {
  if (limits_ == Limits::kUniform) {
    const LockClass strongest = script_.takes_strong_locks ? LockClass::kFast : LockClass::kNone;
    return {limits_of(strongest, budget_, attempt).lock_timeout, budget_.statement_timeout};
  }
  if (locks_first(attempt)) {
    const Milliseconds wait = limits_of(LockClass::kFast, budget_, attempt).lock_timeout;
    return {wait, wait};
  }
  if (first_ >= script_.statements.size()) return limits_of(LockClass::kNone, budget_, attempt);
  return limits_of(class_of(first_), budget_, attempt);
}

std::string LockTactics::prelude(int attempt,
                                 const std::function<std::string(std::string_view)>& quote) const {
  if (!has_prelude(attempt)) return {};
  return lock_prelude(locks_first(attempt) ? locks_.first : std::vector<sql::RelationLock>(),
                      warns(attempt) ? locks_.heavy : std::vector<HeavyStatement>(), quote);
}

void LockTactics::give_up_prelude() {
  locks_.first.clear();
  locks_.heavy.clear();
}

bool LockTactics::was_cut_short(std::size_t index, int attempt) const {
  return attempt == 0 && limits_ == Limits::kByStatement && index < script_.statements.size() &&
         class_of(index) == LockClass::kFast && !sets_statement_timeout_before(index) &&
         limits_of(LockClass::kFast, budget_, 0).statement_timeout !=
             limits_of(LockClass::kFast, budget_, 1).statement_timeout;
}

std::vector<std::string> LockTactics::before_statement(std::size_t index, int attempt) const {
  if (limits_ == Limits::kUniform) return {};
  const TimeLimits to = limits_of(class_of(index), budget_, attempt);
  if (index == first_) return change(first_limits(attempt), to, index);
  std::size_t previous = index;
  while (previous > first_ && script_.skipped[--previous]) {
  }
  return change(limits_of(class_of(previous), budget_, attempt), to, index);
}

std::vector<std::string> LockTactics::before_alone(std::size_t index, int attempt) const {
  return change(limits_of(LockClass::kNone, budget_, 0), limits_of(class_of(index), budget_, attempt), index);
}

std::string LockTactics::warning_of(std::size_t index,
                                    const std::function<std::string(std::string_view)>& quote) const {
  std::vector<HeavyStatement> heavy;
  for (const auto& one : locks_.heavy) {
    if (one.index == index) heavy.push_back(one);
  }
  return heavy.empty() ? std::string() : lock_prelude({}, heavy, quote);
}

std::vector<std::string> LockTactics::after_script(int attempt) const {
  if (limits_ == Limits::kUniform) return {};
  std::size_t last = script_.statements.size();
  while (last > first_ && script_.skipped[--last]) {
  }
  if (last >= script_.statements.size()) return {};
  return change(limits_of(class_of(last), budget_, attempt), limits_of(LockClass::kNone, budget_, attempt),
                script_.statements.size());
}

std::vector<std::string> LockTactics::change(const TimeLimits& from, const TimeLimits& to,
                                             std::size_t index) const {
  std::vector<std::string> statements;
  if (from.lock_timeout != to.lock_timeout && !sets_lock_timeout_before(index))
    statements.push_back(fmt::format("SET LOCAL lock_timeout = {}", to.lock_timeout.count()));
  if (sets_statement_timeout_before(index)) return statements;
  // Version 12 measures a whole message; there the clock begins anew only when it was off.
  const bool restarts = budget_.server_major < 13 && to.statement_timeout.count() != 0;
  if (restarts) statements.push_back("SET LOCAL statement_timeout = 0");
  if (restarts || from.statement_timeout != to.statement_timeout)
    statements.push_back(fmt::format("SET LOCAL statement_timeout = {}", to.statement_timeout.count()));
  return statements;
}

}  // namespace windlass::hook
