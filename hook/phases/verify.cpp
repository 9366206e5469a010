#include "hook/phases/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/migrations/rollout.hpp"
#include "core/sql/split.hpp"
#include "hook/database/catalog.hpp"
#include "hook/phases/checks.hpp"
#include "hook/phases/project_state.hpp"

namespace windlass::hook {
namespace {

namespace fs = std::filesystem;

Error broken(const std::string& message, const std::string& hint) {
  return Error(ExitCode::kScriptFailed, message, hint);
}

std::vector<fs::path> sql_files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ignored;  // a folder that is not there holds no queries
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(".") && to_lower(name).ends_with(".sql") && fs::is_regular_file(entry)) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

class Verify {
 public:
  explicit Verify(DatabaseRun& run) : run_(run), checks_(run.context.report) {}

  void go() {
    Session& session = run_.session();
    const bool own_session = !session.is_shared();  // else each query's transaction alone is read-only
    if (own_session) session.execute("opening a read-only session", "SET default_transaction_read_only = on");
    state_ = read_project_state(run_);
    run_.context.report.set_digest = state_->scripts.digest;
    run_.context.report.version_from = current_version(state_->plan);
    run_.context.report.version_to = run_.context.report.version_from;
    note_left();
    run_.context.report.pending = state_->plan.to_run.size() - run_.context.report.left_for_contract.size();
    check_environment(run_, state_->database);
    checks_.run("version", [&] { check_version(); });
    checks_.run("history", [&] { check_history(); });
    checks_.run("indexes", [&] { check_indexes(); });
    checks_.run("constraints", [&] { check_constraints(); });
    for (const auto& file : verify_files(run_.context.settings)) check_file(file);
    if (own_session)
      session.execute("closing the read-only session", "SET default_transaction_read_only = off");
    checks_.throw_if_failed("verify");
    run_.context.report.message =
        fmt::format("verified: {} hold", counted(run_.context.report.checks.size(), "expectation"));
  }

 private:
  // Verified between expand and contract.
  void note_left() {
    if (!run_.context.settings.defer_contract) return;
    auto& left = run_.context.report.left_for_contract;
    for (const auto* entry : migrations::pending_contract(state_->plan)) left.push_back(entry->script->path);
    std::erase_if(state_->database.in_flight, [&](const std::string& script) {
      return std::find(left.begin(), left.end(), script) != left.end();
    });
  }

  bool is_left(const migrations::Entry& entry) const {
    const auto& left = run_.context.report.left_for_contract;
    return entry.row == nullptr && std::find(left.begin(), left.end(), entry.script->path) != left.end();
  }

  void check_version() {
    const std::string& expected = run_.context.settings.expect_version;
    const auto current = current_version(state_->plan);
    const std::string now = current.value_or("no version");
    if (expected.empty()) return checks_.pass("version", "at " + now);
    const auto wanted = migrations::Version::parse(expected);
    if (!wanted) {
      throw Error(ExitCode::kConfiguration, "expect-version is no version: " + expected,
                  "Write digits and dots.");
    }
    if (!state_->plan.current || *state_->plan.current < *wanted) {
      throw broken(fmt::format("at {}, expected {}", now, expected),
                   "Run migrate, or roll back the application.");
    }
    checks_.pass("version", fmt::format("at {}, expected at least {}", now, expected));
  }

  void check_history() {
    auto faults = migrations::validate(state_->plan, plan_settings(run_.context.settings),
                                       migrations::PendingIs::kFault);
    std::erase_if(faults, [&](const auto& fault) { return is_left(*fault.entry); });
    for (const auto& fault : faults) {
      checks_.fail("history",
                   broken(join(split(fault.message, '\n'), " "), "Run info, then migrate or repair."));
    }
    for (const auto& script : state_->database.in_flight) {
      checks_.fail("history",
                   Error(ExitCode::kPartlyApplied, script + " is partly applied", "Run migrate again."));
    }
    if (faults.empty() && state_->database.in_flight.empty()) {
      checks_.pass("history",
                   fmt::format("{} agree with the scripts", counted(state_->database.rows.size(), "row")));
    }
  }

  void check_indexes() {
    const auto invalid = invalid_indexes(run_.session(), state_->database.schemas);
    for (const auto& index : invalid) {
      checks_.fail("indexes", broken("invalid index " + index, "Drop it concurrently and build it again."));
    }
    if (invalid.empty()) checks_.pass("indexes", "no invalid index");
  }

  void check_constraints() {
    const auto& allowed = run_.context.settings.allow_not_valid;
    const auto is_allowed = [&](const std::string& constraint) {
      // "schema.table.constraint", or without the schema.
      const std::string short_name = constraint.substr(constraint.find('.') + 1);
      return std::find(allowed.begin(), allowed.end(), constraint) != allowed.end() ||
             std::find(allowed.begin(), allowed.end(), short_name) != allowed.end();
    };
    bool any = false;
    for (const auto& constraint : not_valid_constraints(run_.session(), state_->database.schemas)) {
      if (is_allowed(constraint)) continue;
      any = true;
      checks_.fail("constraints", broken("NOT VALID constraint " + constraint,
                                         "VALIDATE it, or list it in allow-not-valid."));
    }
    if (!any) checks_.pass("constraints", "none is NOT VALID unlisted");
  }

  // One check for each query of the file.
  void check_file(const fs::path& file) {
    constexpr std::size_t kLimit = std::size_t{1} << 20;
    const std::string name = file.filename().string();
    checks_.run(name, [&] {
      const std::string source = read_file(file, kLimit);
      const auto replaced = migrations::replace_placeholders(source, placeholder_rules(run_), file.string());
      auto parts = sql::split(replaced.text, file.string());
      parts.diagnostics.add(replaced.diagnostics);
      if (parts.diagnostics.has_errors()) {
        throw Error(ExitCode::kInvalidScripts, parts.diagnostics.list().front().message,
                    "Correct the query.");
      }
      if (parts.statements.empty()) throw broken("holds no query", "Write one, or remove the file.");
      for (std::size_t i = 0; i < parts.statements.size(); ++i) {
        const std::string title = parts.statements.size() == 1 ? name : fmt::format("{}#{}", name, i + 1);
        const std::string query(parts.statements[i].text(replaced.text));
        checks_.run(title, [&] { check_query(title, query); });
      }
    });
  }

  void check_query(const std::string& title, const std::string& query) {
    Session& session = run_.session();
    Table result;
    constexpr std::string_view kDoing = "the query failed";
    in_transaction(session, kDoing, [&] {
      // After a first query a transaction cannot be made READ WRITE any more.
      session.execute(title,
                      fmt::format("SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = {}; SELECT 1",
                                  query_timeout().count()));
      result = session.query_table(kDoing, query);
    });
    if (result.is_one_boolean && !result.rows.empty()) {
      const bool all_true =
          std::all_of(result.rows.begin(), result.rows.end(), [](const Row& r) { return r[0] == "t"; });
      if (!all_true) throw broken("is not true", "See the query in " + title + ".");
      return checks_.pass(title, "is true");
    }
    if (!result.rows.empty()) {
      throw broken(fmt::format("returned {}, expected none", counted(result.rows.size(), "row")),
                   "Run the query of " + title + " to see them.");
    }
    checks_.pass(title, "no rows");
  }

  Milliseconds query_timeout() const {
    const Milliseconds own = run_.context.settings.statement_timeout;
    return own.count() > 0 ? own : std::max(run_.context.deadline.left(), Milliseconds(1));
  }

  DatabaseRun& run_;
  Checks checks_;
  std::unique_ptr<ProjectState> state_;
};

}  // namespace

std::vector<fs::path> verify_files(const Settings& settings) {
  std::vector<fs::path> folders;
  for (const auto& location : settings.verify_locations) folders.emplace_back(location);
  if (folders.empty()) {
    for (const auto& location : settings.locations)
      folders.push_back(fs::path(location).parent_path() / "verify");
  }
  std::vector<fs::path> files;
  for (const auto& folder : folders) {
    for (auto& file : sql_files_in(folder)) files.push_back(std::move(file));
  }
  return files;
}

void run_verify(PhaseContext& context) {
  with_database(context, Recording::kIfPossible, [](DatabaseRun& run) { Verify(run).go(); });
}

}  // namespace windlass::hook
