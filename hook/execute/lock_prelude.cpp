#include "hook/execute/lock_prelude.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.hpp"

namespace windlass::hook {
namespace {

using migrations::PreparedScript;
using sql::LockClass;
using sql::LockMode;

constexpr std::size_t kMostStatements = 1'000;
constexpr std::size_t kMostTables = 100;

bool contains(std::string_view text, std::string_view lower) {
  return to_lower(text).find(lower) != std::string::npos;
}

// Whether the statement can take long by itself, going by what it is.
bool may_take_long(const sql::StatementClass& known, std::string_view text) {
  constexpr std::array<std::string_view, 9> kWork = {"UPDATE", "DELETE", "MERGE",   "COPY", "DO",
                                                     "CALL",   "SELECT", "EXECUTE", "WITH"};
  if (known.lock == LockClass::kHeavy || known.lock == LockClass::kScan ||
      known.lock == LockClass::kConcurrent)
    return true;
  const std::string_view head = text.substr(0, 10'000);
  if (known.command == "INSERT") return contains(head, "select") || text.size() > head.size();
  if (known.command == "CREATE TABLE") return contains(head, " as");
  return std::find(kWork.begin(), kWork.end(), known.command) != kWork.end();
}

bool moves_search_path(const PreparedScript& script, std::size_t index) {
  constexpr std::array<std::string_view, 4> kSetters = {"SET", "RESET", "SELECT", "DO"};
  const std::string& command = script.classes[index].command;
  if (command == "RESET ALL") return true;
  if (std::find(kSetters.begin(), kSetters.end(), command) == kSetters.end()) return false;
  const std::string text = script.text(index, 4'000);
  return contains(text, "search_path") || contains(text, "schema");
}

// A byte more than has a parse tree: so that what is cut off is not taken for the whole.
constexpr std::size_t kLongestRead = (std::size_t{64} << 10U) + 1;

class Collector {
 public:
  explicit Collector(const PreparedScript& script) : script_(script) {}

  ScriptLocks collect() {
    for (std::size_t i = 0; i < script_.statements.size(); ++i) {
      if (script_.skipped[i]) continue;
      qualified_only_ = qualified_only_ || moves_search_path(script_, i);
      take(i);
      if (seen_ > kMostStatements || result_.first.size() > kMostTables) return {};
    }
    return std::move(result_);
  }

 private:
  void take(std::size_t index) {
    const auto& known = script_.classes[index];
    const std::string text = script_.text(index, kLongestRead);
    if (known.lock != LockClass::kNone || known.command == "CREATE TABLE") {
      ++seen_;
      const sql::RelationLocks locks = sql::relation_locks(text, known);
      if (!slow_) add(locks);
      if (known.lock == LockClass::kHeavy) add_heavy(index, locks);
      result_.creates.insert(locks.creates.begin(), locks.creates.end());
    }
    slow_ = slow_ || may_take_long(known, text);
  }

  bool is_known(const std::string& relation) const {
    if (qualified_only_ && relation.find('.') == std::string::npos) return false;
    return result_.creates.count(relation) == 0 && !to_lower(relation).starts_with("u&");
  }

  void add(const sql::RelationLocks& locks) {
    for (const auto& lock : locks.locks) {
      if (is_known(lock.relation)) result_.first.push_back(lock);
    }
  }

  void add_heavy(std::size_t index, const sql::RelationLocks& locks) {
    for (const auto& relation : script_.classes[index].relations) {
      if (!is_known(relation)) continue;
      const auto own = std::find_if(locks.locks.begin(), locks.locks.end(),
                                    [&](const auto& lock) { return lock.relation == relation; });
      const bool lets_read = own != locks.locks.end() && own->mode < LockMode::kAccessExclusive;
      result_.heavy.push_back({index,
                               fmt::format("statement {} ({})", index + 1, script_.classes[index].command),
                               relation, lets_read ? "writers" : "readers and writers"});
      return;  // the first is the one that it works through
    }
  }

  const PreparedScript& script_;
  ScriptLocks result_;
  std::size_t seen_ = 0;
  bool slow_ = false;
  bool qualified_only_ = false;
};

// Which tables, with their partitions or without, and in which mode: once each, by name.
std::string locking_loop(const std::vector<sql::RelationLock>& locks,
                         const std::function<std::string(std::string_view)>& quote) {
  std::vector<std::string> rows;
  std::string modes;
  for (int mode = 0; mode <= static_cast<int>(LockMode::kAccessExclusive); ++mode)
    modes += (mode == 0 ? "" : ", ") + quote(sql::lock_mode_name(static_cast<LockMode>(mode)));
  for (const auto& lock : locks) {
    rows.push_back(fmt::format("({}, {}, {}, {})", quote(lock.relation), static_cast<int>(lock.mode) + 1,
                               lock.with_children, lock.drops_key ? quote(*lock.drops_key) : "NULL::text"));
  }
  return fmt::format(R"(
FOR t IN
  WITH named AS (
    SELECT pg_catalog.to_regclass(v.name) AS oid, v.mode, v.children, v.key FROM (VALUES {}) AS v (name, mode, children, key)
  ), wanted AS (
    SELECT oid, mode, children FROM named UNION ALL
    SELECT k.confrelid, n.mode, false FROM named n JOIN pg_catalog.pg_constraint k
      ON k.conrelid = n.oid AND k.contype = 'f' AND (n.key = '' OR n.key = k.conname)
  )
  SELECT pg_catalog.quote_ident(s.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS name,
    pg_catalog.max(w.mode) AS mode, pg_catalog.bool_or(w.children) AS children
  FROM wanted w JOIN pg_catalog.pg_class c ON c.oid = w.oid JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND pg_catalog.has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE')
  GROUP BY 1 ORDER BY 1
LOOP
  EXECUTE 'LOCK TABLE ' || CASE WHEN t.children THEN '' ELSE 'ONLY ' END || t.name || ' IN ' ||
    (ARRAY[{}])[t.mode] || ' MODE';
END LOOP;)",
                     join(rows, ", "), modes);
}

// A partitioned table is as large as its partitions. 10 MB are read in a moment.
std::string warning_loop(const std::vector<HeavyStatement>& heavy,
                         const std::function<std::string(std::string_view)>& quote) {
  std::vector<std::string> rows;
  for (const auto& one : heavy)
    rows.push_back(fmt::format("({}, {}, {})", quote(one.what), quote(one.relation), quote(one.keeps_out)));
  return fmt::format(R"(
FOR t IN
  SELECT v.what, v.name, v.who, GREATEST(pg_catalog.pg_table_size(c.oid),
    (SELECT pg_catalog.sum(pg_catalog.pg_table_size(p.relid)) FROM pg_catalog.pg_partition_tree(c.oid) p)) AS size
  FROM (VALUES {}) AS v (what, name, who) JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(v.name)
  WHERE c.relkind IN ('r', 'p', 'm', 'i')
LOOP
  IF t.size > 10 * 1024 * 1024 THEN
    RAISE WARNING '% works through all of % (%) and keeps % out meanwhile', t.what, t.name,
      pg_catalog.pg_size_pretty(t.size), t.who;
  END IF;
END LOOP;)",
                     join(rows, ", "));
}

}  // namespace

ScriptLocks script_locks(const PreparedScript& script) { return Collector(script).collect(); }

std::string lock_prelude(const std::vector<sql::RelationLock>& locks,
                         const std::vector<HeavyStatement>& heavy,
                         const std::function<std::string(std::string_view)>& quote) {
  std::string body = "DECLARE t record; BEGIN";
  if (!locks.empty()) body += locking_loop(locks, quote);
  if (!heavy.empty()) body += warning_loop(heavy, quote);
  return "DO " + quote(body + "\nEND");
}

}  // namespace windlass::hook
