#include "hook/database/connect.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "hook/database/answer_limit.hpp"
#include "hook/database/failure_meaning.hpp"
#include "hook/database/name_lookup.hpp"
#include "hook/database/server_options.hpp"

namespace windlass::hook {
namespace {

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using ConnectionHandle = std::unique_ptr<PGconn, Finish>;

ConnectionHandle start(const Keywords& keywords) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : keywords) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  ConnectionHandle connection(PQconnectStartParams(names.data(), values.data(), 0));
  if (!connection) throw Error(ExitCode::kInternal, "out of memory while connecting");
  return connection;
}

enum class Establishing { kStands, kFailed, kSilent, kStopped };

// Drives libpq's connection until it stands or has failed; on a stop request or after `limit` it is left as
// it is.
Establishing establish(PGconn* connection, Milliseconds limit, const Clock& clock, const StopSignal& stop) {
  if (PQstatus(connection) == CONNECTION_BAD) return Establishing::kFailed;
  // Verbose messages carry the SQLSTATE, which is the same in every language of the server.
  PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
  const Deadline deadline(clock, limit);
  PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
  while (wanted != PGRES_POLLING_OK && wanted != PGRES_POLLING_FAILED) {
    if (stop.requested()) return Establishing::kStopped;
    if (deadline.passed()) return Establishing::kSilent;
    const short events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    std::array<pollfd, 2> waited{pollfd{PQsocket(connection), events, 0},
                                 pollfd{stop.descriptor(), POLLIN, 0}};
    constexpr Milliseconds kTick{200};
    poll(waited.data(), waited.size(), static_cast<int>(std::min(kTick, deadline.left()).count()) + 1);
    if (waited[0].revents != 0) wanted = PQconnectPoll(connection);
  }
  PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
  return PQstatus(connection) == CONNECTION_OK ? Establishing::kStands : Establishing::kFailed;
}

// libpq puts the place before the reason, which we do ourselves.
std::string without_place(std::string_view line) {
  constexpr std::string_view kEnd = " failed: ";
  const auto end = line.find(kEnd);
  const bool has_place = line.starts_with("connection to server ") && end != std::string_view::npos;
  return std::string(trim(has_place ? line.substr(end + kEnd.size()) : line));
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
    if (!trim(line).empty() && failure.message.empty()) failure.message = without_place(line);
  }
  if (failure.message.empty()) failure.message = "no answer";
  return failure;
}

// Servers report it unasked since version 14; a pooler reports what it saw when it began.
ServerState state_of(Session& session) {
  const Value standby = session.reported("in_hot_standby");
  const Value read_only = session.reported("default_transaction_read_only");
  if (standby && read_only && session.took_options()) return {standby == "on", read_only == "on"};
  const auto rows = session.query("asking whether the server takes writes",
                                  "SELECT pg_catalog.pg_is_in_recovery(), "
                                  "pg_catalog.current_setting('default_transaction_read_only') = 'on'");
  return {rows[0][0] == "t", rows[0][1] == "t"};
}

// Who set default_transaction_read_only, and how to undo it.
std::string read_only_hint(Session& session) {
  const auto source = session.query_value(
      "asking who made the session read-only",
      "SELECT source FROM pg_catalog.pg_settings WHERE name = 'default_transaction_read_only'");
  if (source == "database")
    return fmt::format("If it is not meant: ALTER DATABASE {} RESET default_transaction_read_only.",
                       Session::quote_name(session.database()));
  if (source == "user" || source == "database user")
    return fmt::format(
        "If it is not meant: ALTER ROLE {} {}RESET default_transaction_read_only.",
        Session::quote_name(session.user()),
        source == "user" ? "" : "IN DATABASE " + Session::quote_name(session.database()) + " ");
  if (source == "client") return "PGOPTIONS or the URL's options turn it on.";
  return "The server's configuration turns it on; managed services do so when the disk is full.";
}

class Connecting {
 public:
  Connecting(ConnectionOptions options, Milliseconds limit, const Clock& clock, const StopSignal& stop)
      : options_(std::move(options)), clock_(clock), stop_(stop), deadline_(clock, limit) {}

  Session run() {
    constexpr Milliseconds kLongestPause{5'000};
    Milliseconds pause{250};
    while (true) {
      const std::vector<Failure> before = std::exchange(failures_, {});
      if (auto session = round(/*second_pass=*/false)) return std::move(*session);
      if (has_second_pass(options_.wanted)) {
        if (auto session = round(/*second_pass=*/true)) return std::move(*session);
      }
      // A round that the limit cut short says less than the one before it.
      if (deadline_.passed() && !before.empty()) failures_ = before;
      if (deadline_.left() <= pause) throw over();
      say();
      clock_.sleep(pause, stop_);
      throw_if_stopped();
      pause = std::min(pause * 2, kLongestPause);
    }
  }

 private:
  struct Failure {
    std::string text;  // "db1:5432: Connection refused"
    ExitCode code;
    std::string hint;
    std::string sqlstate;
  };

  // Every host once; the first session that is wanted.
  std::optional<Session> round(bool second_pass) {
    for (std::size_t i = 0; i < options_.endpoints.size(); ++i) {
      const Endpoint& endpoint = options_.endpoints[i];
      const std::size_t left = options_.endpoints.size() - i;
      if (!endpoint.is_name()) {
        if (auto session = attempt(endpoint, left, second_pass)) return session;
        continue;
      }
      const LookedUp found = look_up(endpoint.host, attempt_limit(left), clock_, stop_);
      throw_if_stopped();
      if (found.addresses.empty()) note(endpoint, {"", found.failure, "", "", "", 0});
      for (std::size_t k = 0; k < found.addresses.size(); ++k) {
        const Endpoint address{endpoint.host, found.addresses[k], endpoint.port};
        const std::size_t still = left + found.addresses.size() - k - 1;
        if (auto session = attempt(address, still, second_pass)) return session;
      }
    }
    return std::nullopt;
  }

  // A silent host leaves the others their share of the time.
  Milliseconds attempt_limit(std::size_t hosts_left) const {
    constexpr Milliseconds kLongestAttempt{10'000};
    constexpr Milliseconds kLongestOfSeveral{5'000};
    const auto share = deadline_.left() / static_cast<long>(hosts_left);
    return std::min(options_.attempt_limit.value_or(hosts_left > 1 ? kLongestOfSeveral : kLongestAttempt),
                    hosts_left > 1 ? share : deadline_.left());
  }

  std::optional<Session> attempt(const Endpoint& endpoint, std::size_t hosts_left, bool second_pass) {
    const Milliseconds limit = attempt_limit(hosts_left);
    auto connection = open(endpoint, limit);
    if (!connection) return std::nullopt;
    Session session(connection.release(), server_kind_ != ServerKind::kPooler);
    const AnswerLimit answer(session.socket(), limit, stop_);
    return judge(std::move(session), endpoint, second_pass);
  }

  // The session when it is wanted; why not is noted.
  std::optional<Session> judge(Session session, const Endpoint& endpoint, bool second_pass) try {
    const ServerState state = options_.wanted == WantedServer::kAny ? ServerState{} : state_of(session);
    if (is_wanted(options_.wanted, state, second_pass)) {
      session.greet();
      if (second_pass && state.in_recovery)
        log::warning(fmt::format("{} is a standby: what it shows may be behind", endpoint.to_text()));
      return session;
    }
    const bool read_only = !state.in_recovery && options_.wanted == WantedServer::kReadWrite;
    failures_.push_back({fmt::format("{}: {}", endpoint.to_text(), why_not_wanted(options_.wanted, state)),
                         ExitCode::kTransient,
                         read_only
                             ? read_only_hint(session)
                             : "Name every server of the cluster in the URL, or the address that follows "
                               "the primary; see whether a failover has stopped half-way.",
                         ""});
    return std::nullopt;
  } catch (const DatabaseError& error) {
    if (!session.lost()) throw;
    note(endpoint, {error.sqlstate(), error.what(), "", "", "", 0});
    return std::nullopt;
  }

  // Null when it failed, which is noted. What a pooler or an old server does not take is left out in another
  // try.
  ConnectionHandle open(const Endpoint& endpoint, Milliseconds limit) {
    Keywords keywords = options_.keywords;
    const auto set = [&](const char* name, const std::string& value) {
      if (!value.empty()) keywords[name] = value;
    };
    set("host", endpoint.host);
    set("hostaddr", endpoint.address);
    set("port", endpoint.port);
    while (true) {
      keywords["options"] = server_options(server_kind_, options_.server_options);
      ConnectionHandle connection = start(keywords);
      const Establishing end = establish(connection.get(), limit, clock_, stop_);
      throw_if_stopped();
      if (end == Establishing::kStands) return connection;
      if (end == Establishing::kSilent) {
        note(endpoint, {"", "it did not answer within " + format_duration(limit), "", "", "", 0});
        return nullptr;
      }
      const ServerMessage failure = failure_of(connection.get());
      const auto simpler = without_options(server_kind_, failure.sqlstate, failure.message);
      if (!simpler) {
        throw_if_final(failure, PQconnectionNeedsPassword(connection.get()) == 1);
        note(endpoint, failure);
        return nullptr;
      }
      log::debug(fmt::format("{}: {}; connecting without it", endpoint.to_text(), failure.message));
      server_kind_ = *simpler;
    }
  }

  // What waiting cannot cure ends the attempt at once, whatever the other hosts would say: as in libpq.
  static void throw_if_final(const ServerMessage& failure, bool needs_password) {
    const FailureMeaning meaning = meaning_of_refusal(failure.sqlstate, failure.message);
    if (meaning.passes && !needs_password) return;
    const FailureMeaning final = meaning.passes ? meaning_of_refusal("28", "") : meaning;
    throw DatabaseError(final.code, std::string(final.lead) + failure.message, std::string(final.hint),
                        failure.sqlstate);
  }

  void note(const Endpoint& endpoint, const ServerMessage& failure) {
    const FailureMeaning meaning = meaning_of_refusal(failure.sqlstate, failure.message);
    std::string place = endpoint.to_text();
    if (!endpoint.host.empty() && !endpoint.address.empty() && endpoint.host != endpoint.address)
      place += " (" + endpoint.address + ")";
    failures_.push_back({fmt::format("{}: {}", place, failure.message), meaning.code,
                         std::string(meaning.hint), failure.sqlstate});
  }

  // A server that stands and takes no writes tells more than one that is not there.
  const Failure& telling() const {
    const auto found = std::find_if(failures_.begin(), failures_.end(),
                                    [](const Failure& one) { return one.code == ExitCode::kTransient; });
    return found == failures_.end() ? failures_.front() : *found;
  }

  std::string all_failures() const {
    std::vector<std::string> texts;
    for (const auto& failure : failures_) {
      if (std::find(texts.begin(), texts.end(), failure.text) == texts.end()) texts.push_back(failure.text);
    }
    return join(texts, "; ");
  }

  // Says when the waiting begins, and when its reason is another one.
  void say() {
    const std::string now = all_failures();
    if (now == std::exchange(said_, now)) return;
    const bool found = telling().code == ExitCode::kTransient;
    log::warning(fmt::format("{}, trying for {}: {}",
                             found ? "no server yet that can be used" : "cannot reach the database yet",
                             format_duration(deadline_.limit()), now));
  }

  DatabaseError over() const {
    const Failure& failure = telling();
    const bool found = failure.code == ExitCode::kTransient;
    return {failure.code,
            fmt::format("{} within {}: {}",
                        found ? "no server that can be used was found" : "the database could not be reached",
                        format_duration(deadline_.limit()), all_failures()),
            failure.hint, failure.sqlstate};
  }

  void throw_if_stopped() const {
    if (stop_.requested()) throw Error(ExitCode::kTerminated, "stopped while connecting to the database");
  }

  ConnectionOptions options_;
  const Clock& clock_;
  const StopSignal& stop_;
  Deadline deadline_;
  ServerKind server_kind_ = ServerKind::kCurrent;
  std::vector<Failure> failures_;  // of this round
  std::string said_;
};

}  // namespace

Session connect(const ConnectionTarget& target, const std::string& application, Milliseconds limit,
                const Clock& clock, const StopSignal& stop) {
  return Connecting(connection_options(target, application), limit, clock, stop).run();
}

ConnectionTarget same_server(const ConnectionTarget& target, const Session& session) {
  ConnectionTarget same = target;
  const Session::Endpoint endpoint = session.endpoint();
  same.host = endpoint.host;
  same.address = endpoint.address;
  same.port = endpoint.port;
  same.access = Access::kThisServer;
  return same;
}

}  // namespace windlass::hook
