#include "hook/phases/session_need.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/sql/session_state.hpp"

namespace windlass::hook {
namespace {

// With its place; empty: nothing.
std::string need_of(const migrations::PreparedScript& script) {
  constexpr std::size_t kLongestRead = 64'000;  // a longer one is classified by its first words, too
  for (std::size_t i = 0; i < script.statements.size(); ++i) {
    if (script.skipped[i]) continue;
    std::string need = sql::session_state_of(script.text(i, kLongestRead));
    if (need.empty() && script.classes[i].in_transaction == sql::InTransaction::kForbidden)
      need = script.classes[i].command + " cannot run in a transaction";
    if (!need.empty()) {
      return fmt::format("{}: {}\n", to_string(script.position(script.statements[i].offset)), need);
    }
  }
  return script.mode == migrations::RunMode::kStepwise
             ? script.source.file + ": its statements do not share a transaction\n"
             : "";
}

}  // namespace

void SessionNeeds::look_at(const migrations::PreparedScript& script) {
  if (!is_shared_) return;
  const std::string need = need_of(script);
  if (need.empty()) return;
  scripts_.push_back(script.source.path);
  details_ += need;
}

void SessionNeeds::refuse() const {
  if (scripts_.empty()) return;
  throw Error(ExitCode::kConfiguration,
              fmt::format("a pooler in transaction mode stands before the server, and these scripts need a "
                          "session: {}",
                          join(scripts_, ", ")),
              "Set direct-database-url to a URL that reaches the server past it; nothing was run.")
      .with_details(details_);
}

}  // namespace windlass::hook
