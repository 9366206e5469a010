#include "hook/phases/unchanged_statements.hpp"

#include <algorithm>

#include "core/migrations/prepared_script.hpp"
#include "core/sql/token_digest.hpp"

namespace windlass::hook {
namespace {

constexpr std::size_t kLongestDigested = std::size_t{1} << 20U;

// The digest is of the text before its placeholders are replaced, as Flyway's checksum is. A value inside a
// comment could end it, or begin another.
bool may_leave_a_comment(const std::string& value) {
  return value.find_first_of("\r\n") != std::string::npos || value.find("*/") != std::string::npos ||
         value.find("/*") != std::string::npos;
}

bool is_digested(const migrations::Script& script) {
  const bool versioned = script.name.kind == migrations::ScriptKind::kVersioned ||
                         script.name.kind == migrations::ScriptKind::kBaseline;
  return versioned && script.bytes <= kLongestDigested;
}

}  // namespace

std::vector<TokenDigest> digests_of(const std::vector<const migrations::Script*>& scripts,
                                    const migrations::PlaceholderRules& placeholders) {
  std::vector<TokenDigest> digests;
  if (std::any_of(placeholders.values.begin(), placeholders.values.end(),
                  [](const auto& entry) { return may_leave_a_comment(entry.second); }))
    return digests;
  for (const auto* script : scripts) {
    if (!is_digested(*script)) continue;
    std::string digest = sql::token_digest(migrations::text_of(*script));
    if (!digest.empty())
      digests.push_back({abbreviated_script(script->path), script->checksum, std::move(digest)});
  }
  return digests;
}

void record_digests(DatabaseRun& run, const ProjectState& state) {
  std::vector<const migrations::Script*> scripts;
  for (const auto* entry : state.plan.to_run) scripts.push_back(entry->script);
  const auto digests = digests_of(scripts, placeholder_rules(run));
  if (digests.empty()) return;
  run.session().execute("recording what the scripts are",
                        run.session().begin_message() + "; SET LOCAL synchronous_commit = off; " +
                            store_digests_statement(run.session(), run.history, digests) + "; COMMIT");
}

bool is_proven_unchanged(DatabaseRun& run, const migrations::HistoryRow& row,
                         const migrations::Script& script) {
  if (!row.checksum) return false;
  const auto applied = stored_digest(run.session(), run.history, row.script, *row.checksum);
  if (!applied) return false;
  const auto now = digests_of({&script}, placeholder_rules(run));
  return !now.empty() && now.front().digest == *applied;
}

}  // namespace windlass::hook
