#include "hook/database/session.hpp"

#include <fmt/format.h>

#include <pqxx/pqxx>
#include <utility>

#include "core/base/text.hpp"
#include "hook/database/result.hpp"

namespace windlass::hook {
namespace {

// Gives libpqxx the connection that was opened with libpq, so that both work on the same backend: libpqxx has
// no call for results statement by statement, and libpq none for typed parameters and quoting.
class BorrowedConnection final : public pqxx::connectionpolicy {
 public:
  explicit BorrowedConnection(PGconn* connection) : connectionpolicy(""), connection_(connection) {}

  handle do_startconnect(handle) override { return connection_; }
  handle do_completeconnect(handle orig) override { return orig; }
  handle do_dropconnect(handle) noexcept override { return nullptr; }
  handle do_disconnect(handle) noexcept override { return nullptr; }

 private:
  PGconn* connection_;
};

class SharedConnection final : public pqxx::connection_base {
 public:
  explicit SharedConnection(PGconn* connection) : connection_base(policy_), policy_(connection) {
    init();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    // Otherwise libpqxx goes on with a new backend that has neither our lock nor our settings.
    inhibit_reactivation(true);
#pragma GCC diagnostic pop
    set_verbosity(verbose);
  }
  ~SharedConnection() { close(); }
  SharedConnection(const SharedConnection&) = delete;
  SharedConnection& operator=(const SharedConnection&) = delete;

 private:
  BorrowedConnection policy_;
};

Rows rows_of(const pqxx::result& result) {
  Rows rows;
  rows.reserve(result.size());
  for (const auto& from : result) {
    Row& row = rows.emplace_back();
    row.reserve(from.size());
    for (const auto& field : from) {
      row.push_back(field.is_null() ? Value() : Value(std::string(field.c_str(), field.size())));
    }
  }
  return rows;
}

std::string_view after(std::string_view text, std::string_view heading) {
  const auto found = text.find(heading);
  if (found == std::string_view::npos) return {};
  text.remove_prefix(found + heading.size());
  return text.substr(0, text.find('\n'));
}

// "ERROR:  42501: permission denied\nDETAIL:  ...": libpqxx's exceptions leave the SQLSTATE out for some
// codes, the verbose text always has it. It says "ERROR" in the server's language.
ServerMessage message_of(std::string_view text) {
  const std::string_view first = after(text, ":  ");
  ServerMessage server;
  if (first.size() > 7 && first[5] == ':') {
    server.sqlstate = first.substr(0, 5);
    server.message = first.substr(7);
  }
  server.detail = after(text, "\nDETAIL:  ");
  return server;
}

}  // namespace

struct Session::State {
  PGconn* connection;
  bool took_options;
  std::optional<SharedConnection> shared;
  std::function<void(std::string_view, std::string_view)> notice_receiver;
  ServerMessage last_words;
  bool shared_with_others = false;
  bool read_only = false;

  State(PGconn* taken, bool options) : connection(taken), took_options(options) {
    shared.emplace(taken);
    PQsetNoticeReceiver(taken, receive_notice, this);
  }
  ~State() {
    shared.reset();
    PQfinish(connection);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  template <typename Work>
  auto with_transaction(std::string_view doing, const Work& work);

  static void receive_notice(void* self, const PGresult* result) {
    State& state = *static_cast<State*>(self);
    const auto& receiver = state.notice_receiver;
    const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char* text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    // What ends an idle session comes as a notice, before the next statement finds the connection broken.
    if (severity != nullptr && std::string_view(severity) == "FATAL")
      state.last_words = server_message(result);
    if (receiver && text != nullptr) receiver(severity == nullptr ? "NOTICE" : severity, text);
  }
};

Session::Session(pg_conn* connection, bool took_options)
    : state_(std::make_unique<State>(connection, took_options)) {}
Session::~Session() = default;
Session::Session(Session&& other) noexcept = default;
Session& Session::operator=(Session&& other) noexcept = default;

// Runs `work` on a libpqxx transaction and turns its exceptions into ours.
template <typename Work>
auto Session::State::with_transaction(std::string_view doing, const Work& work) {
  if (PQstatus(connection) == CONNECTION_BAD) throw lost_connection(doing, last_words);
  const bool was_idle = PQtransactionStatus(connection) == PQTRANS_IDLE;
  try {
    pqxx::nontransaction transaction(*shared);
    return work(transaction);
  } catch (const pqxx::broken_connection&) {
    throw lost_connection(doing, last_words);
  } catch (const pqxx::sql_error& error) {
    // A backend that dies with its query unanswered leaves an error without a SQLSTATE.
    const ServerMessage message = message_of(error.what());
    // A BEGIN in the failed text is not the caller's to end.
    if (was_idle && PQtransactionStatus(connection) == PQTRANS_INERROR)
      PQclear(PQexec(connection, "ROLLBACK"));
    if (PQstatus(connection) == CONNECTION_BAD || message.sqlstate.empty())
      throw lost_connection(doing, message.sqlstate.empty() ? last_words : message);
    throw database_error(doing, message);
  }
}

Rows Session::query(std::string_view doing, const std::string& sql, const std::vector<Value>& parameters) {
  if (is_shared() && !lost() && !in_transaction()) {
    Rows rows;
    windlass::hook::in_transaction(*this, doing, [&] { rows = query(doing, sql, parameters); });
    return rows;
  }
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const auto& value : parameters) values.push_back(value ? value->c_str() : nullptr);
  return state_->with_transaction(doing, [&](pqxx::nontransaction& transaction) {
    return rows_of(transaction.exec_params(sql, pqxx::prepare::make_dynamic_params(values)));
  });
}

Table Session::query_table(std::string_view doing, const std::string& sql) {
  return state_->with_transaction(doing, [&](pqxx::nontransaction& transaction) {
    constexpr pqxx::oid kBoolean = 16;
    const pqxx::result result = transaction.exec_params(sql);
    Table table;
    for (pqxx::row::size_type i = 0; i < result.columns(); ++i)
      table.columns.emplace_back(result.column_name(i));
    table.is_one_boolean = result.columns() == 1 && result.column_type(pqxx::row::size_type{0}) == kBoolean;
    table.rows = rows_of(result);
    return table;
  });
}

Value Session::query_value(std::string_view doing, const std::string& sql,
                           const std::vector<Value>& parameters) {
  Rows rows = query(doing, sql, parameters);
  if (rows.empty() || rows[0].empty()) return std::nullopt;
  return std::move(rows[0][0]);
}

void Session::execute(std::string_view doing, const std::string& sql) {
  const std::string message = on_a_clean_slate(sql);
  state_->with_transaction(doing, [&](pqxx::nontransaction& transaction) { transaction.exec(message); });
}

std::vector<Rows> Session::query_all(std::string_view doing, const std::string& sql) {
  PGconn* connection = state_->connection;
  if (lost()) throw lost_connection(doing);
  const bool was_idle = !in_transaction();
  std::vector<Rows> answers;
  std::optional<ServerMessage> failure;
  const std::string message = on_a_clean_slate(sql);
  if (PQsendQuery(connection, message.c_str()) != 1) throw lost_connection(doing);
  while (const Result result{PQgetResult(connection)}) {
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_TUPLES_OK) answers.push_back(rows_of(result.get()));
    if (status == PGRES_FATAL_ERROR && !failure) failure = server_message(result.get());
  }
  if (!failure && !lost()) {
    if (message.size() != sql.size() && !answers.empty()) answers.erase(answers.begin());  // the slate's
    return answers;
  }
  if (lost() || failure->sqlstate.empty()) throw lost_connection(doing, failure.value_or(state_->last_words));
  if (was_idle && in_transaction()) const Result rolled_back(PQexec(connection, "ROLLBACK"));
  throw database_error(doing, *failure);
}

void Session::greet() {
  // A killed runner's statement is given up by the server instead of running on with the lock held (14+).
  // Behind a pooler the session may be other clients' too: there it is set for this message alone.
  const std::string settings = server_major() >= 14 && !took_options()
                                   ? fmt::format(
                                         "SELECT pg_catalog.set_config('client_connection_check_interval', "
                                         "'1s', pg_catalog.pg_backend_pid() <> {});",
                                         backend())
                                   : std::string();
  const auto answers = query_all(
      "setting up the session",
      settings +
          "SELECT pg_catalog.current_schema(), pg_catalog.current_setting('search_path'), "
          "pg_catalog.pg_backend_pid(), "
          "(extract(epoch from pg_catalog.current_setting('deadlock_timeout')::interval) * 1000)::bigint, "
          "pg_catalog.current_setting('statement_timeout'), pg_catalog.current_setting('lock_timeout'), "
          "pg_catalog.current_setting('transaction_timeout', true), "
          "pg_catalog.current_setting('default_transaction_isolation')");
  const Row& row = answers.back().at(0);
  greeting_ = {row[0],
               row[1].value_or(""),
               std::stoi(row[2].value_or("0")),
               Milliseconds(std::stoll(row[3].value_or("1000"))),
               row[4].value_or("0"),
               row[5].value_or("0"),
               row[6].value_or("0"),
               row[7].value_or("")};
}

std::string Session::quote(std::string_view text) const { return state_->shared->quote(std::string(text)); }

std::string Session::quote_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

int Session::server_version() const { return PQserverVersion(state_->connection); }
int Session::backend() const { return PQbackendPID(state_->connection); }
bool Session::is_shared() const { return state_->shared_with_others; }
void Session::share() { state_->shared_with_others = true; }
void Session::make_transactions_read_only() { state_->read_only = true; }
bool Session::has_read_only_transactions() const { return state_->read_only; }

std::string Session::begin_message(std::string_view modes) const {
  std::string message = fmt::format("BEGIN {}{}", modes, state_->read_only ? " READ ONLY" : "");
  if (!is_shared()) return message;
  return message + ";" + join(clean_slate_statements(), ";");
}

// Several statements in one message are one transaction, so that SET LOCAL holds for all of them.
std::string Session::on_a_clean_slate(const std::string& sql) const {
  const bool controls = sql.starts_with("BEGIN") || sql.starts_with("COMMIT") || sql.starts_with("ROLLBACK");
  if (!is_shared() || in_transaction() || controls) return sql;
  return join(clean_slate_statements(), ";") + ";" + sql;
}

std::string Session::user() const { return PQuser(state_->connection); }
std::string Session::database() const { return PQdb(state_->connection); }

std::string Session::address() const {
  const std::string host = PQhost(state_->connection);
  return host.starts_with("/") ? host : host + ":" + PQport(state_->connection);
}

Session::Endpoint Session::endpoint() const {
  const char* address = PQhostaddr(state_->connection);
  return {PQhost(state_->connection), address == nullptr ? "" : address,
          std::stoi(PQport(state_->connection))};
}

Value Session::reported(const char* name) const {
  const char* value = PQparameterStatus(state_->connection, name);
  return value == nullptr ? Value() : Value(value);
}

bool Session::took_options() const { return state_->took_options; }

bool Session::lost() const { return PQstatus(state_->connection) == CONNECTION_BAD; }

bool Session::in_transaction() const { return PQtransactionStatus(state_->connection) != PQTRANS_IDLE; }

int Session::socket() const { return PQsocket(state_->connection); }

void Session::on_notice(std::function<void(std::string_view, std::string_view)> receiver) {
  state_->notice_receiver = std::move(receiver);
}

pg_conn* Session::raw() const { return state_->connection; }

std::vector<std::string> first_column(const Rows& rows) {
  std::vector<std::string> texts;
  texts.reserve(rows.size());
  for (const auto& row : rows) texts.push_back(row.at(0).value_or(""));
  return texts;
}

std::vector<std::string> clean_slate_statements() {
  // The settings left out are those that a pooler keeps in step with what each of its clients asked for.
  return {"SET LOCAL role TO DEFAULT",
          "SELECT pg_catalog.count(pg_catalog.set_config(s.name, s.reset_val, true)) FROM "
          "pg_catalog.pg_settings s WHERE s.source = 'session' AND s.context IN ('user', 'superuser') AND "
          "s.name NOT IN ('application_name', 'client_encoding', 'DateStyle', 'IntervalStyle', 'TimeZone', "
          "'standard_conforming_strings', 'transaction_isolation', 'transaction_read_only', "
          "'transaction_deferrable')"};
}

void in_transaction(Session& session, std::string_view doing, const std::function<void()>& work) {
  session.execute(doing, session.begin_message());
  try {
    work();
    session.execute(doing, "COMMIT");
  } catch (const Error& first) {
    try {
      if (!session.lost()) session.execute(doing, "ROLLBACK");
    } catch (const Error& later) {
      throw first.joined_with(later);
    }
    throw;
  }
}

}  // namespace windlass::hook
