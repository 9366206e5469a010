// A script made ready to run: placeholders replaced, cut into statements, and the way to run it decided.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/migrations/placeholders.hpp"
#include "core/sql/classify.hpp"
#include "core/sql/split.hpp"

namespace windlass::migrations {

enum class RunMode {
  kTransaction,  // script and history row commit together
  kStepwise,     // each statement alone, bracketed by an intent
};

// Where a script comes from.
struct ScriptSource {
  std::string path;                    // the history table's `script`
  std::string file;                    // for messages
  std::string text;                    // as written, UTF-8
  std::optional<bool> in_transaction;  // what its .conf says
};

struct PreparedScript {
  ScriptSource source;
  Replaced replaced;
  std::vector<sql::Statement> statements;    // of replaced.text
  std::vector<sql::StatementClass> classes;  // of each
  std::vector<bool> skipped;  // not sent: accepted meta-commands, a BEGIN and COMMIT around it all
  RunMode mode = RunMode::kTransaction;
  bool takes_strong_locks = false;  // then it is run under a lock_timeout ramp

  // Where byte `offset` of the replaced text stands in the file.
  Position position(std::size_t offset) const;
};

struct Preparation {
  PreparedScript script;
  Diagnostics diagnostics;  // with errors the script must not run
};

// A BEGIN and COMMIT around the whole script mean what our own transaction gives, so they are left out. Any
// other transaction control is refused with what to change, as are statements that cannot run in a
// transaction beside ones that should (SET and RESET may stand beside them), unless the script's .conf says
// executeInTransaction=false. These two carry the rules transaction-control and mixed-transaction.
Preparation prepare_script(ScriptSource source, const PlaceholderRules& placeholders, int server_major);

}  // namespace windlass::migrations
