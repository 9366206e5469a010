#include "hook/execute/settle.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace windlass::hook {
namespace {

using Presence = ObjectState::Presence;
using sql::Effect;

bool is_there(const ObjectState& state) {
  return state.presence == Presence::kThere || state.presence == Presence::kUnfinished;
}

// Another object of the same name is there now: the one before is gone.
bool is_another(const ObjectState& before, const ObjectState& now) {
  return is_there(before) && is_there(now) && before.id != now.id;
}

// One that was there before has made the statement fail, as it will again. An index that was invalid before
// is dropped before another is built, which then has another oid.
Settlement settle_making(const ObjectState& before, const ObjectState& now) {
  if (now.presence != Presence::kThere) return Settlement::kRunAgain;
  return before.presence == Presence::kThere && before.id == now.id ? Settlement::kRunAgain
                                                                    : Settlement::kHappened;
}

Settlement settle_unmaking(const ObjectState& before, const ObjectState& now) {
  if (is_there(now)) return is_another(before, now) ? Settlement::kHappened : Settlement::kRunAgain;
  return before.presence == Presence::kAbsent ? Settlement::kRunAgain : Settlement::kHappened;
}

Settlement settle_detaching(const ObjectState& before, const ObjectState& now) {
  if (now.presence == Presence::kUnfinished && !is_another(before, now)) return Settlement::kFinish;
  return settle_unmaking(before, now);
}

Settlement settle_publications(const ObjectState& before, const ObjectState& now) {
  if (before.presence == Presence::kUnknown) return Settlement::kUnknown;
  if (now.presence != Presence::kThere || before.presence != Presence::kThere) return Settlement::kRunAgain;
  return before.id == now.id ? Settlement::kRunAgain : Settlement::kHappened;
}

// When it ended the other way, somebody else ended it; what that means for the script is not ours to say.
Settlement settle_prepared(Presence wanted, const ObjectState& before, const ObjectState& now) {
  if (now.presence == Presence::kThere) return Settlement::kRunAgain;
  if (before.presence == Presence::kAbsent) return Settlement::kRunAgain;
  return now.presence == wanted ? Settlement::kHappened : Settlement::kUnknown;
}

}  // namespace

std::string_view settlement_name(Settlement settlement) {
  switch (settlement) {
    case Settlement::kHappened: return "happened";
    case Settlement::kRunAgain: return "run-again";
    case Settlement::kFinish: return "finish";
    case Settlement::kUnknown: return "unknown";
  }
  std::abort();  // no other enumerator exists
}

Settlement settle(Effect effect, const ObjectState& before, const ObjectState& now) {
  switch (effect) {
    case Effect::kReindex:
    case Effect::kIdempotent: return Settlement::kRunAgain;
    case Effect::kCommitPrepared: return settle_prepared(Presence::kCommitted, before, now);
    case Effect::kRollbackPrepared: return settle_prepared(Presence::kRolledBack, before, now);
    case Effect::kChangePublications: return settle_publications(before, now);
    default: break;
  }
  if (now.presence == Presence::kUnknown) return Settlement::kUnknown;
  switch (effect) {
    case Effect::kCreateIndex:
    case Effect::kCreateDatabase:
    case Effect::kCreateTablespace:
    case Effect::kCreateSubscription: return settle_making(before, now);
    case Effect::kDropIndex:
    case Effect::kDropDatabase:
    case Effect::kDropTablespace:
    case Effect::kDropSubscription: return settle_unmaking(before, now);
    case Effect::kDetachPartition: return settle_detaching(before, now);
    default: return Settlement::kUnknown;
  }
}

std::string how_to_look(const sql::StatementClass& statement) {
  switch (statement.effect) {
    case Effect::kCommitPrepared:
    case Effect::kRollbackPrepared:
      return fmt::format("SELECT gid, prepared, owner FROM pg_prepared_xacts WHERE gid = {};",
                         statement.object);
    case Effect::kChangePublications: return "SELECT subname, subpublications FROM pg_subscription;";
    case Effect::kCreateIndex:
      return statement.relations.empty()
                 ? ""
                 : fmt::format(
                       "SELECT indexrelid::regclass, indisvalid, pg_get_indexdef(indexrelid) FROM "
                       "pg_index WHERE indrelid = to_regclass('{}');",
                       statement.relations.front());
    default: return "";
  }
}

}  // namespace windlass::hook
