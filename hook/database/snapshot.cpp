#include "hook/database/snapshot.hpp"

namespace windlass::hook {

Snapshot::~Snapshot() {
  if (session_.lost() || !session_.in_transaction()) return;
  try {
    session_.execute(doing_, "ROLLBACK");
  } catch (const Error&) {
    // The error that brought us here is the one that counts.
  }
}

std::vector<Rows> Snapshot::begin(const std::string& questions) {
  auto answers =
      session_.query_all(doing_, session_.begin_message("ISOLATION LEVEL REPEATABLE READ") + ";" + questions);
  if (session_.is_shared()) answers.erase(answers.begin());
  return answers;
}

std::vector<Rows> Snapshot::end(const std::string& questions) {
  return session_.query_all(doing_, questions + ";COMMIT");
}

}  // namespace windlass::hook
