#include "hook/database/token_digests.hpp"

#include <fmt/format.h>

#include "hook/database/run_records.hpp"

namespace windlass::hook {

std::string store_digests_statement(const Session& session, const HistoryTableName& history,
                                    const std::vector<TokenDigest>& digests) {
  if (digests.empty()) return {};
  std::string values;
  for (const auto& one : digests) {
    values += fmt::format("{}({}, {}, {}, {})", values.empty() ? "" : ", ", session.quote(history.table),
                          session.quote(one.script), one.checksum, session.quote(one.digest));
  }
  return fmt::format(
      "INSERT INTO {} (history_table, script, checksum, tokens_sha256) VALUES {} ON CONFLICT (history_table, "
      "script, checksum) DO UPDATE SET tokens_sha256 = excluded.tokens_sha256",
      own_table(history.schema, kTokensTable), values);
}

std::optional<std::string> stored_digest(Session& session, const HistoryTableName& history,
                                         const std::string& script, std::int32_t checksum) {
  if (!own_tables_exist(session, history.schema)) return std::nullopt;
  return session.query_value("reading the digest of an applied script",
                             "SELECT tokens_sha256 FROM " + own_table(history.schema, kTokensTable) +
                                 " WHERE history_table = $1 AND script = $2 AND checksum = $3",
                             {history.table, script, std::to_string(checksum)});
}

}  // namespace windlass::hook
