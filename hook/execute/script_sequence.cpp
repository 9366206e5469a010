#include "hook/execute/script_sequence.hpp"

#include <cassert>
#include <utility>

namespace windlass::hook {
namespace {

using migrations::PreparedScript;

// A script of the sequence, or one statement of it.
struct Part {
  const PreparedScript* script;
  std::vector<bool> skipped;
};

void add(std::vector<Part>& parts, std::span<const PreparedScript> scripts) {
  for (const auto& script : scripts) parts.push_back({&script, script.skipped});
}

void add_statements(std::vector<Part>& parts, const PreparedScript& script,
                    const CallbacksAround& callbacks) {
  for (std::size_t i = 0; i < script.statements.size(); ++i) {
    if (script.skipped[i]) continue;
    add(parts, callbacks.before_statement);
    parts.push_back({&script, all_but(script, i)});
    add(parts, callbacks.after_statement);
  }
}

std::vector<Part> parts_of(const PreparedScript& script, const CallbacksAround& callbacks) {
  std::vector<Part> parts;
  add(parts, callbacks.before);
  if (callbacks.before_statement.empty() && callbacks.after_statement.empty()) {
    parts.push_back({&script, script.skipped});
  } else {
    add_statements(parts, script, callbacks);
  }
  add(parts, callbacks.after);
  // A script of comments alone still has its row.
  if (parts.empty()) parts.push_back({&script, script.skipped});
  return parts;
}

SequenceResult send(Session& session, const std::vector<Part>& parts, const Surroundings& around,
                    const RunWatch& watch) {
  assert(!parts.empty());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const PreparedScript& script = *parts[i].script;
    Surroundings ours;
    if (parts.size() == 1) ours = around;
    if (i == 0) ours.before = around.before;
    if (i + 1 == parts.size()) ours.after = around.after;
    ScriptMessages messages(script.replaced, script.statements, parts[i].skipped, std::move(ours));
    RunResult result = run_messages(session, messages, watch);
    if (result.end != RunEnd::kDone) return {std::move(result), &script};
  }
  return {{}, parts.back().script};
}

}  // namespace

std::vector<bool> all_but(const PreparedScript& script, std::size_t index) {
  std::vector<bool> skipped(script.statements.size(), true);
  skipped[index] = false;
  return skipped;
}

SequenceResult send_script(Session& session, const PreparedScript& script, const CallbacksAround& callbacks,
                           const Surroundings& around, const RunWatch& watch) {
  return send(session, parts_of(script, callbacks), around, watch);
}

SequenceResult send_scripts(Session& session, std::span<const PreparedScript> scripts,
                            const Surroundings& around, const RunWatch& watch) {
  std::vector<Part> parts;
  add(parts, scripts);
  return send(session, parts, around, watch);
}

}  // namespace windlass::hook
