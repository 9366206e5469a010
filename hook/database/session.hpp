// One connection to one server backend: queries with parameters, and the raw handle for the folder's own use.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hook/database/database_error.hpp"

struct pg_conn;

namespace windlass::hook {

using Value = std::optional<std::string>;  // nothing: NULL
using Row = std::vector<Value>;
using Rows = std::vector<Row>;

// A result with what the server says of its columns.
struct Table {
  std::vector<std::string> columns;
  bool is_one_boolean = false;  // a single column of type boolean
  Rows rows;
};

// Never reconnects by itself: a lost backend takes the lock and the settings with it, so whoever wants to go
// on opens a new session and looks first.
class Session {
 public:
  // Takes over a connection that is established.
  explicit Session(pg_conn* connection);
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

  // "a'b" -> "'a''b'", for statements that travel in a message without parameters.
  std::string quote(std::string_view text) const;
  // Always with quotation marks, as Flyway writes names.
  static std::string quote_name(std::string_view name);

  int server_version() const;  // 150018
  int server_major() const { return server_version() / 10000; }
  int backend() const;  // the process id that the connection was told: a pooler makes one up
  // The server's process id, asked for by the first call. Behind a pooler in transaction mode it holds for
  // the transaction only.
  int server_process();
  std::string user() const;
  std::string database() const;
  std::string address() const;  // "host:port" or the socket's folder, for messages
  bool lost() const;

  // Gets every NOTICE and WARNING: severity and text.
  void on_notice(std::function<void(std::string_view severity, std::string_view text)> receiver);

  pg_conn* raw() const;  // for this folder

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Begins, runs `work`, commits; rolls back when it throws. The first error is the one that leaves.
void in_transaction(Session& session, std::string_view doing, const std::function<void()>& work);

}  // namespace windlass::hook
