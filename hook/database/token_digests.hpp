// Which statements a script with a certain checksum was: kept so that a changed script can be compared with
// what was applied.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hook/database/history_table.hpp"

namespace windlass::hook {

// A fact about a text: it holds whether or not the text was applied. The row of the history table, with the
// same script and checksum, says that it was.
struct TokenDigest {
  std::string script;
  std::int32_t checksum = 0;
  std::string digest;  // sql::token_digest
};

// As one statement without semicolon; empty for none.
std::string store_digests_statement(const Session& session, const HistoryTableName& history,
                                    const std::vector<TokenDigest>& digests);
// Nothing when none was stored, as for what Flyway applied.
std::optional<std::string> stored_digest(Session& session, const HistoryTableName& history,
                                         const std::string& script, std::int32_t checksum);

}  // namespace windlass::hook
