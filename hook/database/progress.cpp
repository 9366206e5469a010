#include "hook/database/progress.hpp"

#include <fmt/format.h>

namespace windlass::hook {
namespace {

// Each gives work, phase, done, total and unit. Counters of an earlier phase keep their last values, so the
// phase decides which of them count.
constexpr std::string_view kIndexBuild =
    "SELECT 'index build', phase, CASE WHEN phase LIKE 'waiting for%' THEN lockers_done "
    "WHEN phase LIKE '%tuples%' THEN tuples_done ELSE blocks_done END, "
    "CASE WHEN phase LIKE 'waiting for%' THEN lockers_total WHEN phase LIKE '%sorting%' THEN 0 "
    "WHEN phase LIKE '%tuples%' THEN tuples_total ELSE blocks_total END, "
    "CASE WHEN phase LIKE 'waiting for%' THEN 'lockers' WHEN phase LIKE '%tuples%' THEN 'tuples' ELSE "
    "'blocks' END FROM pg_catalog.pg_stat_progress_create_index WHERE pid = $1::int";
constexpr std::string_view kVacuum =
    "SELECT 'vacuum', phase, CASE phase WHEN 'vacuuming heap' THEN heap_blks_vacuumed ELSE heap_blks_scanned "
    "END, CASE WHEN phase IN ('scanning heap', 'vacuuming heap') THEN heap_blks_total ELSE 0 END, 'blocks' "
    "FROM pg_catalog.pg_stat_progress_vacuum WHERE pid = $1::int";
constexpr std::string_view kCluster =
    "SELECT pg_catalog.lower(command), phase, heap_blks_scanned, CASE phase WHEN 'seq scanning heap' THEN "
    "heap_blks_total ELSE 0 END, 'blocks' FROM pg_catalog.pg_stat_progress_cluster WHERE pid = $1::int";
constexpr std::string_view kAnalyze =
    "SELECT 'analyze', phase, sample_blks_scanned, CASE phase WHEN 'acquiring sample rows' THEN "
    "sample_blks_total ELSE 0 END, 'blocks' FROM pg_catalog.pg_stat_progress_analyze WHERE pid = $1::int";
constexpr std::string_view kCopy =
    "SELECT 'copy', tuples_processed || ' rows', bytes_processed, bytes_total, 'bytes' "
    "FROM pg_catalog.pg_stat_progress_copy WHERE pid = $1::int";

std::string views(int major) {
  std::string sql = fmt::format("{} UNION ALL {} UNION ALL {}", kIndexBuild, kVacuum, kCluster);
  if (major >= 13) sql += fmt::format(" UNION ALL {}", kAnalyze);
  if (major >= 14) sql += fmt::format(" UNION ALL {}", kCopy);
  return sql;
}

}  // namespace

Progress progress_of(Session& session, int backend) {
  const Rows rows = session.query(
      "asking for progress",
      fmt::format(
          "SELECT a.wait_event_type, a.wait_event, v.work, v.phase, v.done, v.total, v.unit "
          "FROM pg_catalog.pg_stat_activity a LEFT JOIN ({}) AS v (work, phase, done, total, unit) ON "
          "true WHERE a.pid = $1::int LIMIT 1",
          views(session.server_major())),
      {std::to_string(backend)});
  if (rows.empty()) return {};
  const Row& row = rows[0];
  Progress progress;
  progress.wait_type = row[0].value_or("");
  progress.wait_event = row[1].value_or("");
  progress.work = row[2].value_or("");
  progress.phase = row[3].value_or("");
  progress.done = std::stoll(row[4].value_or("0"));
  progress.total = std::stoll(row[5].value_or("0"));
  progress.unit = row[6].value_or("");
  return progress;
}

}  // namespace windlass::hook
