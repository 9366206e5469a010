#include "hook/database/connect.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <utility>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "hook/database/answer_limit.hpp"

namespace windlass::hook {
namespace {

using Keywords = std::map<std::string, std::string>;

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using ConnectionHandle = std::unique_ptr<PGconn, Finish>;

Error invalid_url() {
  // libpq's own message quotes pieces of the URL, which may be the password.
  return Error(ExitCode::kConfiguration, "the database URL is not valid",
               "Write postgresql://user:password@host:port/database, special characters percent-encoded, or "
               "\"host=... dbname=...\".");
}

Keywords keywords_of(const ConnectionTarget& target) {
  Keywords keywords;
  if (!target.url.empty()) {
    char* message = nullptr;
    const std::unique_ptr<PQconninfoOption, Finish> parsed(
        PQconninfoParse(target.url.reveal().c_str(), &message));
    PQfreemem(message);
    if (!parsed) throw invalid_url();
    for (const auto* option = parsed.get(); option->keyword != nullptr; ++option) {
      if (option->val != nullptr) keywords[option->keyword] = option->val;
    }
  }
  if (!target.host.empty()) keywords["host"] = target.host;
  if (target.port) keywords["port"] = std::to_string(*target.port);
  if (!target.database.empty()) keywords["dbname"] = target.database;
  if (!target.user.empty()) keywords["user"] = target.user;
  if (!target.password.empty()) keywords["password"] = target.password.reveal();
  // An unescaped ':' or '@' in a password makes libpq take a piece of it for the port or the host, and say
  // it.
  if (keywords["port"].find_first_not_of("0123456789,") != std::string::npos) throw invalid_url();
  if (keywords["host"].find('@') != std::string::npos) throw invalid_url();
  std::erase_if(keywords, [](const auto& keyword) { return keyword.second.empty(); });
  return keywords;
}

void add_our_defaults(Keywords& keywords, const std::string& application) {
  // A node that vanished must not hold the lock for the two hours of the kernel's own keepalive.
  keywords.emplace("keepalives_idle", "10");
  keywords.emplace("keepalives_interval", "5");
  keywords.emplace("keepalives_count", "3");
  keywords.emplace("tcp_user_timeout", "30000");
  keywords["fallback_application_name"] = application;
  keywords["client_encoding"] = "UTF8";
}

ConnectionHandle start(const Keywords& keywords) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : keywords) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  return ConnectionHandle(PQconnectStartParams(names.data(), values.data(), 0));
}

// Drives libpq's connection until it stands or has failed; on a stop request or after `limit` it is left as
// it is.
ConnStatusType establish(PGconn* connection, Milliseconds limit, const Clock& clock, const StopSignal& stop) {
  if (PQstatus(connection) == CONNECTION_BAD) return CONNECTION_BAD;
  // Verbose messages carry the SQLSTATE, which is the same in every language of the server.
  PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
  const Deadline deadline(clock, limit);
  PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
  while (wanted != PGRES_POLLING_OK && wanted != PGRES_POLLING_FAILED) {
    if (stop.requested() || deadline.passed()) return CONNECTION_BAD;
    const short events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    std::array<pollfd, 2> waited{pollfd{PQsocket(connection), events, 0},
                                 pollfd{stop.descriptor(), POLLIN, 0}};
    poll(waited.data(), waited.size(), 200);
    if (waited[0].revents != 0) wanted = PQconnectPoll(connection);
  }
  PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
  return PQstatus(connection);
}

// "FATAL:  28P01: password authentication failed" -> {"28P01", "password authentication failed"}.
ServerMessage failure_of(PGconn* connection) {
  ServerMessage failure;
  const std::string text = PQerrorMessage(connection);
  for (const auto& line : split(text, '\n')) {
    const auto fatal = line.find(":  ");
    if (fatal != std::string::npos && line.size() > fatal + 9 && line[fatal + 8] == ':') {
      failure.sqlstate = line.substr(fatal + 3, 5);
      failure.message = line.substr(fatal + 10);
      return failure;
    }
    if (!trim(line).empty() && failure.message.empty()) failure.message = trim(line);
  }
  if (failure.message.empty()) failure.message = "no answer";
  return failure;
}

// What waiting cannot cure ends the attempt at once.
void throw_if_final(const ServerMessage& failure, PGconn* connection) {
  if (failure.sqlstate.starts_with("28") || PQconnectionNeedsPassword(connection) == 1) {
    throw DatabaseError(ExitCode::kNotPermitted, "the database refused the role: " + failure.message,
                        "Check the role, its password and pg_hba.conf.", failure.sqlstate);
  }
  if (failure.sqlstate == "3D000") {
    throw DatabaseError(ExitCode::kConfiguration, failure.message,
                        "Create the database, or correct its name.", failure.sqlstate);
  }
  if (failure.sqlstate == "42501") {
    throw DatabaseError(ExitCode::kNotPermitted, failure.message, "Grant the role CONNECT on the database.",
                        failure.sqlstate);
  }
}

Session ready_session(ConnectionHandle connection, const StopSignal& stop) {
  constexpr Milliseconds kFirstAnswer{10'000};
  Session session(connection.release());
  const AnswerLimit limit(session.socket(), kFirstAnswer, stop);
  session.greet();
  return session;
}

Error stopped() { return Error(ExitCode::kTerminated, "stopped while connecting to the database"); }

}  // namespace

std::vector<std::pair<std::string, std::string>> libpq_environment(const ConnectionTarget& target) {
  std::vector<std::pair<std::string, std::string>> environment;
  const std::unique_ptr<PQconninfoOption, Finish> known(PQconndefaults());
  const Keywords keywords = keywords_of(target);
  for (const auto* option = known.get(); option != nullptr && option->keyword != nullptr; ++option) {
    const auto given = keywords.find(option->keyword);
    if (option->envvar != nullptr && given != keywords.end())
      environment.emplace_back(option->envvar, given->second);
  }
  return environment;
}

Session connect(const ConnectionTarget& target, const std::string& application, Milliseconds limit,
                const Clock& clock, const StopSignal& stop) {
  Keywords keywords = keywords_of(target);
  add_our_defaults(keywords, application);
  const Deadline deadline(clock, limit);
  constexpr Milliseconds kLongestPause{5'000};
  constexpr Milliseconds kLongestAttempt{10'000};
  Milliseconds pause{250};
  bool said = false;
  while (true) {
    ConnectionHandle connection = start(keywords);
    if (!connection) throw Error(ExitCode::kInternal, "out of memory while connecting");
    if (establish(connection.get(), std::min(deadline.left(), kLongestAttempt), clock, stop) ==
        CONNECTION_OK) {
      return ready_session(std::move(connection), stop);
    }
    if (stop.requested()) throw stopped();
    const ServerMessage failure = failure_of(connection.get());
    throw_if_final(failure, connection.get());
    if (deadline.left() <= pause) {
      throw DatabaseError(ExitCode::kUnreachable,
                          fmt::format("the database could not be reached within {}: {}",
                                      format_duration(limit), failure.message),
                          "Check host, port, network policy and that the server runs.", failure.sqlstate);
    }
    if (!std::exchange(said, true)) {
      log::warning(fmt::format("cannot reach the database yet, trying for {}: {}", format_duration(limit),
                               failure.message));
    }
    clock.sleep(pause, stop);
    if (stop.requested()) throw stopped();
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace windlass::hook
