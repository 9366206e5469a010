// Runs scripts by the executor on a test case's own database.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "hook/database/run_records.hpp"
#include "hook/execute/executor.hpp"
#include "tests/db/hook/connected.hpp"

namespace windlass::hook {

struct ScriptBench {
  Connected db;
  ExecutorSettings settings{kHistory,        "", Milliseconds(2'000),
                            Milliseconds(0), 20, "00000000-0000-4000-8000-000000000001"};
  Milliseconds deadline{60'000};

  ScriptBench() {
    db.session().on_notice(nullptr);
    create_history_table(db.session(), kHistory);
    create_own_tables(db.session(), "public");
  }

  migrations::PreparedScript prepare(const std::string& name, const std::string& sql,
                                     std::optional<bool> in_transaction) {
    auto prepared = migrations::prepare_script({name, name, migrations::TextSource(sql), in_transaction}, {},
                                               db.session().server_major());
    INFO(to_text(prepared.diagnostics));
    REQUIRE_FALSE(prepared.diagnostics.has_errors());
    return std::move(prepared.script);
  }

  void run(const std::string& name, const std::string& sql,
           std::optional<bool> in_transaction = std::nullopt) {
    const migrations::PreparedScript script = prepare(name, sql, in_transaction);
    const Deadline limit(db.clock, deadline);
    Executor executor(db.database, settings, db.clock, db.stop, limit);
    executor.run({script, {name.substr(1, 1), "x", "SQL", name, 1, "", true}, {}});
  }

  Error run_error(const std::string& name, const std::string& sql,
                  std::optional<bool> in_transaction = std::nullopt) {
    try {
      run(name, sql, in_transaction);
    } catch (const Error& error) {
      return error;
    }
    FAIL("the script ran");
    return Error(ExitCode::kInternal, "");
  }

  std::string value(const std::string& sql) { return db.value(sql); }
  // "1 V1__a.sql t, 2 V2__b.sql t".
  std::string history() {
    return value(
        "SELECT COALESCE(string_agg(installed_rank || ' ' || script || ' ' || left(success::text, 1), ', ' "
        "ORDER BY installed_rank), '') FROM public.flyway_schema_history");
  }
};

}  // namespace windlass::hook
