#include "hook/phases/inspect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "core/base/digest.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/sql/masked.hpp"
#include "hook/database/intents.hpp"
#include "hook/execute/settle_intent.hpp"
#include "hook/phases/begun_script.hpp"
#include "hook/phases/project_state.hpp"

namespace windlass::hook {
namespace {

constexpr int kRunsShown = 5;
constexpr std::size_t kWordsShown = 80;

class Inspect {
 public:
  explicit Inspect(DatabaseRun& run) : run_(run) {}

  Inspection go() {
    Session& session = run_.session();
    run_.database.make_read_only();
    found_.database = session.database();
    found_.address = session.address();
    found_.schema = run_.history.schema;
    try_to("the history", [&] { database_ = read_database_state(run_); });
    try_to("the scripts", [&] { read_scripts(); });
    try_to("the lock", [&] { found_.live = live_run(run_.session(), run_.history); });
    try_to("the statements in flight", [&] { look_at_intents(); });
    try_to("what statements left", [&] { found_.objects = left_objects(run_.session(), database_.schemas); });
    try_to("the stored undo scripts", [&] {
      found_.undo = stored_undo_scripts(run_.session(), run_.history.schema, run_.history.table);
    });
    try_to("the run records", [&] {
      found_.runs = last_runs(run_.session(), run_.history.schema, run_.history.table, kRunsShown);
    });
    found_.environment = database_.environment.value_or("");
    found_.condition = condition_of(found_, database_.history_exists, database_.schemas_empty);
    found_.next = next_of(found_);
    return std::move(found_);
  }

 private:
  void try_to(const std::string& what, const std::function<void()>& read) {
    try {
      read();
    } catch (const Error& error) {
      if (run_.session().lost()) throw;
      found_.unread.push_back(what + ": " + error.what());
    }
  }

  void read_scripts() {
    const Settings& settings = run_.context.settings;
    scripts_ = read_faulty_scripts(run_);
    const auto plan = migrations::make_plan(scripts_, database_.rows, plan_settings(settings));
    if (plan.current) found_.version = plan.current->text();
    for (const auto* entry : plan.to_run) found_.pending.push_back(entry->script->path);
    for (const auto& row : database_.rows) {
      if (!row.success) found_.failed.push_back(row.script);
    }
    if (scripts_.diagnostics.has_errors()) {
      throw Error(ExitCode::kInvalidScripts,
                  counted(scripts_.diagnostics.error_count(), "fault") + "; see windlass-hook validate");
    }
    const auto faults = migrations::validate(plan, plan_settings(settings), migrations::PendingIs::kAllowed);
    for (const auto& fault : faults) {
      const std::string first_line = fault.message.substr(0, fault.message.find('\n'));
      found_.disagreements.push_back(fmt::format("{} [{}]", first_line, fault.code));
    }
  }

  void look_at_intents() {
    found_.begun = database_.in_flight;
    for (const auto& [script, intent] :
         statements_in_flight(run_.session(), run_.history.schema, run_.history.table)) {
      StatementInFlight one;
      one.script = script;
      one.statement = intent.statement + 1;
      one.run_id = intent.run_id;
      one.started_at = intent.started_at;
      one.found = intent.found;
      one.settlement = settlement_name(Settlement::kUnknown);
      look_at(intent, one);
      found_.in_flight.push_back(std::move(one));
    }
  }

  // The text of the statement is where the scripts have it, if they have it still.
  void look_at(const Intent& intent, StatementInFlight& one) {
    const auto script = begun_script(run_, scripts_, one.script);
    if (!script || intent.statement >= script->statements.size()) return;
    const auto& statement = script->statements[intent.statement];
    const std::string text = script->text(intent.statement);
    if (sha256_hex(text) != intent.statement_sha256) return;
    const auto& kind = script->classes[intent.statement];
    one.place = to_string(script->position(statement.offset));
    one.command = kind.command;
    one.words = sql::masked(text, kWordsShown);
    const Settled settled = settle_intent(run_.session(), kind, intent);
    one.settlement = settlement_name(settled.settlement);
    if (!settled.shared_transaction) one.now = to_text(settled.now);
    one.look = how_to_look(kind);
  }

  DatabaseRun& run_;
  Inspection found_;
  DatabaseState database_;
  migrations::ScriptSet scripts_;
};

}  // namespace

void run_inspect(PhaseContext& context) {
  with_database(context, Recording::kNone, [&](DatabaseRun& run) {
    Report& report = context.report;
    report.inspection = Inspect(run).go();
    report.version_to = report.inspection->version;
    report.pending = report.inspection->pending.size();
    report.message = summary_of(*report.inspection);
  });
}

}  // namespace windlass::hook
