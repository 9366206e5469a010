// SQL through psql, for a rehearsal and for tests: the generator itself links no database client.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace windlass::generator {

using Rows = std::vector<std::vector<std::string>>;
using ClientEnvironment = std::vector<std::pair<std::string, std::string>>;

// Runs `sql`, one query, and returns its rows as text, NULL as an empty text. `environment` is all that psql
// sees (PGHOST and so on). Throws Error(kInternal) with psql's message as details.
Rows run_psql(const std::filesystem::path& program, const ClientEnvironment& environment,
              std::string_view sql);

// The path of a client program (psql, pg_dump): from `folder`, else from PATH. Throws Error(kConfiguration)
// when it is in neither.
std::filesystem::path find_client_program(const std::filesystem::path& folder, std::string_view name);

// `name` as an SQL identifier, `text` as an SQL string.
std::string quoted_identifier(std::string_view name);
std::string quoted_literal(std::string_view text);

}  // namespace windlass::generator
