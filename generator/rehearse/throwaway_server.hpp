// A PostgreSQL server of our own in a temporary folder: made, used and gone within one run.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/duration.hpp"
#include "core/base/secret.hpp"
#include "core/base/stop_signal.hpp"
#include "generator/rehearse/psql.hpp"

namespace windlass::generator {

// The folder of initdb and postgres: WINDLASS_POSTGRES_BIN, else the one of pg_config --bindir, else the
// newest /usr/lib/postgresql/<major>/bin, else PATH. Throws Error(kConfiguration) when none of them holds
// both.
std::filesystem::path find_postgres_programs();

// How long the server may live: at most as long as this process, or longer, if keep() is called.
enum class Lifetime { kThisProcess, kMayBeKept };

struct ServerOptions {
  std::map<std::string, std::string> settings = {};  // further lines of postgresql.conf
  Milliseconds start_limit{30'000};                  // for initdb, and again for the start
  const StopSignal* stop = nullptr;                  // a stop request ends the start early
  Lifetime lifetime = Lifetime::kThisProcess;
};

// Listens on a Unix socket in its own folder and on a free loopback port, asks for a password (scram), has
// C.UTF-8 databases and does not sync to disk. Root hands it to the user postgres, else nobody, because
// PostgreSQL refuses to run as root. The destructor stops it and removes its folder; when this process is
// killed, or the thread that made it ends, the kernel stops it and its folder stays.
class ThrowawayServer {
 public:
  // Returns when the server accepts connections. Throws Error(kConfiguration) with the server's own words
  // when it does not start in time, Error(kTerminated) on a stop request; nothing is left behind then.
  explicit ThrowawayServer(const ServerOptions& options);
  ~ThrowawayServer();
  ThrowawayServer(const ThrowawayServer&) = delete;
  ThrowawayServer& operator=(const ThrowawayServer&) = delete;

  int port() const;
  pid_t process_id() const;
  // The folder of its Unix socket.
  const std::filesystem::path& socket_directory() const;
  const std::filesystem::path& data_directory() const;
  // What the server wrote to its log so far.
  std::string log() const;

  // postgresql://throwaway_superuser:<password>@127.0.0.1:<port>/<database>, as the superuser.
  Secret url(const std::string& database) const;
  // The same for a role that create_role made.
  Secret url(const std::string& database, const std::string& role, const Secret& password) const;

  // A role that may log in and nothing else. An existing one gets this password.
  void create_role(const std::string& role, const Secret& password);
  // Owned by `owner`; empty: by the superuser. An existing one gets this owner.
  void create_database(const std::string& database, const std::string& owner = {});
  void drop_database(const std::string& database);

  // Runs `sql` as the superuser through psql and returns the rows as text, NULL as an empty text. Throws
  // Error(kInternal) with psql's message.
  Rows query(const std::string& database, std::string_view sql) const;
  // What libpq programs (psql, pg_dump) need to reach `database` as the superuser.
  ClientEnvironment client_environment(const std::string& database) const;
  // The folder that its programs were found in.
  const std::filesystem::path& programs() const;

  // Leaves the server running and its folder in place when the object dies. Asks for kMayBeKept.
  void keep();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace windlass::generator
