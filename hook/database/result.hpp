// What libpq gives back for a statement, in this folder's own terms.
#pragma once

#include <libpq-fe.h>

#include <memory>

#include "hook/database/session.hpp"

namespace windlass::hook {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

// All of an error or notice that the server said.
ServerMessage server_message(const PGresult* result);

// Every row as text.
Rows rows_of(const PGresult* result);

}  // namespace windlass::hook
