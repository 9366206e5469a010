// Whether a statement that was in flight took effect: from what the server said before it and says now. Pure.
#pragma once

#include "core/sql/classify.hpp"
#include "hook/database/object_state.hpp"

namespace windlass::hook {

enum class Settlement {
  kHappened,
  kRunAgain,  // it did not happen, or as good as not, or twice is as good as once
  kFinish,    // it is half done, and another statement completes it: DETACH PARTITION ... FINALIZE
  kUnknown,   // only a person can know
};
std::string_view settlement_name(Settlement settlement);  // "happened", "run-again", "finish", "unknown"

// `before` is unknown for a statement that older runs began. A statement that shared its transaction with its
// progress record needs no settling: it was rolled back with it.
Settlement settle(sql::Effect effect, const ObjectState& before, const ObjectState& now);

// The queries that show a person what became of `statement`; empty when only the data it works on can.
std::string how_to_look(const sql::StatementClass& statement);

}  // namespace windlass::hook
