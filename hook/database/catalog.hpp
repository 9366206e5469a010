// What the server's catalogue says of the database: schemas, indexes, constraints, rights.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/duration.hpp"
#include "hook/database/session.hpp"

namespace windlass::hook {

bool schema_exists(Session& session, const std::string& schema);
void create_schema(Session& session, const std::string& schema);
// Flyway's test (section 1.6): no relation of kind r, v, S or t, no type and no function that is not an
// extension's. Windlass's own tables do not count.
bool schema_is_empty(Session& session, const std::string& schema);

bool in_recovery(Session& session);
bool is_read_only(Session& session);  // transaction_read_only of a new transaction
bool may_create_in_database(Session& session);
bool may_create_in_schema(Session& session, const std::string& schema);

// Schema-qualified names, in the schemas given.
std::vector<std::string> invalid_indexes(Session& session, const std::vector<std::string>& schemas);
// "schema.table.constraint".
std::vector<std::string> not_valid_constraints(Session& session, const std::vector<std::string>& schemas);

// The planner's estimate of a table's rows, its name as written; nothing when it is not there or never
// analysed.
std::optional<long long> estimated_rows(Session& session, const std::string& name_as_written);

}  // namespace windlass::hook
