// One connection to one server backend: queries with parameters, and the raw handle for the folder's own use.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/duration.hpp"
#include "hook/database/database_error.hpp"
#include "hook/database/rows.hpp"

struct pg_conn;

namespace windlass::hook {

// What the server said of itself when the session began.
struct Greeting {
  std::optional<std::string> current_schema;
  std::string search_path;
  int server_process = 0;  // a pooler hides it from backend()
  Milliseconds deadlock_timeout{1'000};
  // As role, database and server have them; "0" is none.
  std::string statement_timeout, lock_timeout, transaction_timeout, isolation;
};

// Never reconnects by itself: a lost backend takes the lock and the settings with it, so whoever wants to go
// on opens a new session and looks first.
class Session {
 public:
  // Takes over a connection that is established. `took_options`: with it the server took what server_options
  // asks for.
  Session(pg_conn* connection, bool took_options);
  ~Session();
  Session(Session&& other) noexcept;
  Session& operator=(Session&& other) noexcept;

  // Runs one statement with $1, $2, … and returns its rows as text. Throws DatabaseError ("doing: message").
  Rows query(std::string_view doing, const std::string& sql, const std::vector<Value>& parameters = {});
  // The same for a statement whose one value is asked for; nothing for NULL or no row.
  Value query_value(std::string_view doing, const std::string& sql,
                    const std::vector<Value>& parameters = {});
  // The same with the columns.
  Table query_table(std::string_view doing, const std::string& sql);
  // Runs statements without parameters as one message, hence in one transaction unless they say otherwise.
  void execute(std::string_view doing, const std::string& sql);
  // The same, with the rows of each statement that has some to give, be they none: one round trip for many
  // questions.
  std::vector<Rows> query_all(std::string_view doing, const std::string& sql);

  // "a'b" -> "'a''b'", for statements that travel in a message without parameters.
  std::string quote(std::string_view text) const;
  // Always with quotation marks, as Flyway writes names.
  static std::string quote_name(std::string_view name);

  int server_version() const;  // 150018
  int server_major() const { return server_version() / 10000; }
  int backend() const;  // the process id that the connection was told: a pooler makes one up
  // The server's process id. Of a shared session it was that of the greeting's transaction.
  int server_process() const { return greeting_.server_process; }
  bool is_pooled() const { return server_process() != backend(); }
  // Behind a pooler in transaction mode each transaction may run in another server process, which other
  // clients use before and after it: nothing may be set for the session, and what is sent runs in a
  // transaction that begins with a clean slate.
  bool is_shared() const;
  void share();
  void make_transactions_read_only();  // those that in_transaction() begins from here on
  bool has_read_only_transactions() const;
  std::string user() const;
  std::string database() const;
  std::string address() const;  // "host:port" or the socket's folder, for messages
  // Where it is connected: host, numeric address ("" for a socket) and port.
  struct Endpoint {
    std::string host;
    std::string address;
    int port = 0;
  };
  Endpoint endpoint() const;
  // What the server reports of itself unasked, such as in_hot_standby; nothing when it does not.
  Value reported(const char* name) const;
  // Whether server_options hold; RESET ALL goes back to them then.
  bool took_options() const;
  bool lost() const;
  int socket() const;
  bool in_transaction() const;

  // Empty until greet() has asked, as connect() does.
  const Greeting& greeting() const { return greeting_; }
  void greet();

  // Gets every NOTICE and WARNING: severity and text.
  void on_notice(std::function<void(std::string_view severity, std::string_view text)> receiver);

  // The message that begins a transaction as above, with `modes` behind BEGIN ("ISOLATION
  // LEVEL REPEATABLE READ"); in a shared session its last statement returns a row.
  std::string begin_message(std::string_view modes = {}) const;
  pg_conn* raw() const;  // for this folder

 private:
  struct State;
  std::string on_a_clean_slate(const std::string& sql) const;

  std::unique_ptr<State> state_;
  Greeting greeting_;
};

// The statements that put what other clients may have set in a shared session back to its defaults, for the
// transaction that is open: what RESET ALL and RESET ROLE are elsewhere, with nothing left behind.
std::vector<std::string> clean_slate_statements();

// Begins, runs `work`, commits; rolls back when it throws. The first error is the one that leaves.
void in_transaction(Session& session, std::string_view doing, const std::function<void()>& work);

}  // namespace windlass::hook
