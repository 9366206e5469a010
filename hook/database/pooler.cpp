#include "hook/database/pooler.hpp"

#include <string>

namespace windlass::hook {
namespace {

std::string server_process(Session& session) {
  return session.query_value("asking for the server process", "SELECT pg_catalog.pg_backend_pid()")
      .value_or("");
}

}  // namespace

Pooling pooling_of(Session& session, const std::function<Session*()>& second) {
  if (session.server_process() == session.backend()) return Pooling::kNone;
  Session* other = second();
  if (other == nullptr) return Pooling::kUnknown;
  const std::string before = server_process(session);
  std::string after;
  in_transaction(*other, "looking for a pooler", [&] {
    server_process(*other);
    after = server_process(session);
  });
  return after == before ? Pooling::kSession : Pooling::kTransaction;
}

}  // namespace windlass::hook
