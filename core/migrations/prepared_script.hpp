// A script made ready to run: placeholders replaced, cut into statements, and the way to run it decided.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/migrations/placeholders.hpp"
#include "core/migrations/replaced_text.hpp"
#include "core/migrations/script_set.hpp"
#include "core/migrations/statement_classes.hpp"
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
  TextSource text;                     // as written
  std::optional<bool> in_transaction;  // what its .conf says
};

// A script of the set, to be read anew; empty when it was not readable then. Throws Error(kConfiguration)
// when its file cannot be opened.
ScriptSource source_of(const Script& script);
// Its text, placeholders not replaced: for scripts that are known to be short. Throws as source_of does.
std::string text_of(const Script& script);

struct PreparedScript {
  ScriptSource source;
  ReplacedText replaced;                   // what is sent
  std::vector<sql::Statement> statements;  // of it
  StatementClasses classes;                // of each
  std::vector<bool> skipped;  // not sent: accepted meta-commands, a BEGIN and COMMIT around it all
  RunMode mode = RunMode::kTransaction;
  bool takes_strong_locks = false;  // then it is run under a lock_timeout ramp
  bool let_go = false;              // text and statements are not held: it must be prepared again to run

  // A statement, placeholders replaced, or its first `most` bytes.
  std::string text(std::size_t statement, std::size_t most = std::string::npos) const;
  // Where byte `offset` of the replaced text stands in the file.
  Position position(std::size_t offset) const { return replaced.position(offset); }
  // About what it holds in memory, in bytes.
  std::size_t held_bytes() const;
};

struct Preparation {
  PreparedScript script;
  Diagnostics diagnostics;  // with errors the script must not run
};

// A BEGIN and COMMIT around the whole script mean what our own transaction gives, so they are left out. Any
// other transaction control is refused with what to change, as are statements that cannot run in a
// transaction beside ones that should (SET and RESET may stand beside them), unless the script's .conf says
// executeInTransaction=false. These two carry the rules transaction-control and mixed-transaction. A
// statement of more than 64 KiB is classified by its first words.
Preparation prepare_script(ScriptSource source, const PlaceholderRules& placeholders, int server_major);

}  // namespace windlass::migrations
