#include "generator/rehearse/throwaway_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cctype>
#include <csignal>
#include <optional>
#include <thread>

#include "core/base/clock.hpp"
#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "generator/rehearse/database_url.hpp"

namespace windlass::generator {
namespace {

namespace fs = std::filesystem;

constexpr Milliseconds kProgramLimit{30'000};
constexpr Milliseconds kStopGrace{10'000};
constexpr std::size_t kLogLimit = 64U << 20U;
constexpr std::string_view kSuperuser = "throwaway_superuser";  // no name that a project would use

bool holds_server(const fs::path& folder) {
  return access((folder / "initdb").c_str(), X_OK) == 0 && access((folder / "postgres").c_str(), X_OK) == 0;
}

std::optional<fs::path> told_by_pg_config() {
  if (!find_program("pg_config")) return std::nullopt;
  const auto result = run_process({.arguments = {"pg_config", "--bindir"}}, {.limit = kProgramLimit});
  const fs::path folder(trim(result.out));
  return result.succeeded() && holds_server(folder) ? std::optional(folder) : std::nullopt;
}

std::optional<fs::path> newest_packaged() {
  std::optional<fs::path> newest;
  int newest_major = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", error)) {
    const int major = std::atoi(entry.path().filename().c_str());
    if (major > newest_major && holds_server(entry.path() / "bin")) {
      newest_major = major;
      newest = entry.path() / "bin";
    }
  }
  return newest;
}

// Whom the server runs as: ourselves, unless we are root.
struct User {
  std::optional<uid_t> id;
  std::optional<gid_t> group;
};

User server_user() {
  if (geteuid() != 0) return {};
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* entry = getpwnam(name); entry != nullptr) return {entry->pw_uid, entry->pw_gid};
  }
  throw Error(ExitCode::kConfiguration,
              "PostgreSQL refuses to run as root, and there is no user postgres or nobody",
              "Run as an ordinary user, or create the user postgres.");
}

// A socket's path may have 107 bytes; a deep TMPDIR would leave no room for it.
fs::path parent_folder() {
  constexpr std::size_t kLongest = 70;
  const fs::path parent = fs::temp_directory_path();
  return parent.string().size() <= kLongest ? parent : fs::path("/tmp");
}

std::string random_password() {
  std::array<unsigned char, 18> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw Error(ExitCode::kInternal, "the system gives no random bytes");
  }
  std::string password;
  for (const auto byte : bytes) password += fmt::format("{:02x}", byte);
  return password;
}

// Free at this moment; somebody else may take it before the server does, which the caller must bear.
int free_port() {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool found =
      descriptor >= 0 && bind(descriptor, generic, size) == 0 && getsockname(descriptor, generic, &size) == 0;
  if (descriptor >= 0) close(descriptor);
  if (!found) throw Error(ExitCode::kConfiguration, "no free port on the loopback address");
  return ntohs(address.sin_port);
}

// What the server answers with in its pid file: line 8, "ready" once it takes connections (PostgreSQL 10 on).
bool is_ready(const fs::path& data) {
  constexpr std::size_t kStatusLine = 7;
  const fs::path file = data / "postmaster.pid";
  if (!fs::exists(file)) return false;
  const auto lines = split(read_file(file, 4096), '\n');
  return lines.size() > kStatusLine && trim(lines[kStatusLine]) == "ready";
}

}  // namespace

fs::path find_postgres_programs() {
  if (const auto given = environment_variable("WINDLASS_POSTGRES_BIN"); given && !given->empty()) {
    if (holds_server(*given)) return *given;
    throw Error(ExitCode::kConfiguration,
                fmt::format("WINDLASS_POSTGRES_BIN={} holds no initdb and postgres", *given));
  }
  if (const auto found = told_by_pg_config()) return *found;
  if (const auto found = newest_packaged()) return *found;
  if (const auto found = find_program("initdb"); found && holds_server(found->parent_path()))
    return found->parent_path();
  throw Error(
      ExitCode::kConfiguration, "no PostgreSQL server is installed",
      "Install one (Debian: apt-get install postgresql), or name the folder of initdb and postgres in "
      "WINDLASS_POSTGRES_BIN.");
}

struct ThrowawayServer::State {
  explicit State(const ServerOptions& server_options)
      : options(server_options), programs(find_postgres_programs()), user(server_user()) {}
  // SIGQUIT is PostgreSQL's immediate shutdown, which frees its shared memory; SIGKILL would not.
  ~State() {
    if (child) child->stop(SIGQUIT, kStopGrace);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ServerOptions options;
  fs::path programs;
  User user;
  SystemClock clock;
  TemporaryDirectory folder{"windlass-pg-", parent_folder()};
  Secret password{random_password()};
  fs::path data = folder.path() / "data";
  fs::path log_file = folder.path() / "server.log";
  int port = 0;
  std::unique_ptr<Child> child;

  // The locale is ours to give: the caller's may not be installed for the server.
  Command command(std::vector<std::string> arguments) const {
    return {.arguments = std::move(arguments),
            .environment = {{"PATH", environment_variable("PATH").value_or("/usr/bin:/bin")},
                            {"LC_ALL", "C.UTF-8"}},
            .inherit_environment = false,
            .directory = folder.path(),
            .user = user.id,
            .group = user.group};
  }

  void own(const fs::path& path) const {
    if (user.id && chown(path.c_str(), *user.id, *user.group) != 0) {
      throw Error(ExitCode::kConfiguration, "cannot hand " + path.string() + " to the server's user");
    }
  }

  void make_cluster() {
    own(folder.path());
    const fs::path password_file = folder.path() / "password";  // initdb takes it no other way; gone after it
    write_file_atomically(password_file, password.reveal() + "\n");
    own(password_file);
    const auto result =
        run_process(command({(programs / "initdb").string(), "-D", data.string(), "-U",
                             std::string(kSuperuser), "-A", "scram-sha-256", "--pwfile",
                             password_file.string(), "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"}),
                    {.limit = options.start_limit, .stop = options.stop});
    fs::remove(password_file);
    stop_if_requested();
    if (!result.succeeded()) throw failure("initdb failed", result.out + result.error);
  }

  void configure() {
    port = free_port();
    std::map<std::string, std::string> settings{{"listen_addresses", "127.0.0.1"},
                                                {"port", std::to_string(port)},
                                                {"unix_socket_directories", folder.path().string()},
                                                {"fsync", "off"},
                                                {"synchronous_commit", "off"},
                                                {"full_page_writes", "off"},
                                                {"logging_collector", "off"},
                                                {"log_destination", "stderr"},
                                                {"timezone", "UTC"}};
    for (const auto& [name, value] : options.settings) settings[name] = value;
    std::string lines;
    for (const auto& [name, value] : settings) lines += fmt::format("{} = {}\n", name, quoted_literal(value));
    write_file_atomically(data / "postgresql.auto.conf", lines);
    own(data / "postgresql.auto.conf");
  }

  void start() {
    Command server = command({(programs / "postgres").string(), "-D", data.string()});
    if (options.lifetime == Lifetime::kThisProcess) server.signal_at_parent_death = SIGQUIT;
    child = std::make_unique<Child>(server, log_file);
    const Deadline deadline(clock, options.start_limit);
    while (!is_ready(data)) {
      stop_if_requested();
      if (child->exit_code()) throw failure("the server did not start", read_file(log_file, kLogLimit));
      if (deadline.passed()) {
        throw failure("the server did not start in " + format_duration(deadline.limit()),
                      read_file(log_file, kLogLimit));
      }
      std::this_thread::sleep_for(Milliseconds(10));
    }
  }

  void stop_if_requested() const {
    if (options.stop != nullptr && options.stop->requested()) {
      throw Error(ExitCode::kTerminated, "stopped while the throw-away PostgreSQL server was starting");
    }
  }

  Error failure(const std::string& what, const std::string& words) const {
    return Error(ExitCode::kConfiguration,
                 fmt::format("throw-away PostgreSQL server: {} (from {})", what, programs.string()),
                 "What it said is above; its files must be readable for the user that it runs as.")
        .with_details(words);
  }
};

ThrowawayServer::ThrowawayServer(const ServerOptions& options) : state_(std::make_unique<State>(options)) {
  state_->make_cluster();
  constexpr int kAttempts = 3;  // another process may take the port between our look and the server's start
  for (int attempt = 1;; ++attempt) {
    state_->configure();
    try {
      state_->start();
      return;
    } catch (const Error& error) {
      if (attempt == kAttempts || error.details().find("Address already in use") == std::string::npos) throw;
    }
  }
}

ThrowawayServer::~ThrowawayServer() = default;

int ThrowawayServer::port() const { return state_->port; }
pid_t ThrowawayServer::process_id() const { return state_->child->id(); }
const fs::path& ThrowawayServer::socket_directory() const { return state_->folder.path(); }
const fs::path& ThrowawayServer::data_directory() const { return state_->data; }
std::string ThrowawayServer::log() const { return read_file(state_->log_file, kLogLimit); }

Secret ThrowawayServer::url(const std::string& database) const {
  return url(database, std::string(kSuperuser), state_->password);
}

Secret ThrowawayServer::url(const std::string& database, const std::string& role,
                            const Secret& password) const {
  return Secret(fmt::format("postgresql://{}:{}@127.0.0.1:{}/{}", url_encoded(role),
                            url_encoded(password.reveal()), state_->port, url_encoded(database)));
}

void ThrowawayServer::create_role(const std::string& role, const Secret& password) {
  const bool exists =
      !query("postgres", "SELECT 1 FROM pg_roles WHERE rolname = " + quoted_literal(role)).empty();
  query("postgres", fmt::format("{} ROLE {} LOGIN PASSWORD {}", exists ? "ALTER" : "CREATE",
                                quoted_identifier(role), quoted_literal(password.reveal())));
}

void ThrowawayServer::create_database(const std::string& database, const std::string& owner) {
  const auto name = quoted_identifier(database);
  const auto role = owner.empty() ? "CURRENT_USER" : quoted_identifier(owner);
  const bool exists =
      !query("postgres", "SELECT 1 FROM pg_database WHERE datname = " + quoted_literal(database)).empty();
  query("postgres", exists ? fmt::format("ALTER DATABASE {} OWNER TO {}", name, role)
                           : fmt::format("CREATE DATABASE {} OWNER {}", name, role));
}

void ThrowawayServer::drop_database(const std::string& database) {
  query("postgres", fmt::format("DROP DATABASE IF EXISTS {} (FORCE)", quoted_identifier(database)));
}

Rows ThrowawayServer::query(const std::string& database, std::string_view sql) const {
  return run_psql(find_client_program(state_->programs, "psql"), client_environment(database), sql);
}

ClientEnvironment ThrowawayServer::client_environment(const std::string& database) const {
  return {{"PATH", environment_variable("PATH").value_or("/usr/bin:/bin")},
          {"LC_ALL", "C.UTF-8"},
          {"PGHOST", "127.0.0.1"},
          {"PGPORT", std::to_string(state_->port)},
          {"PGUSER", std::string(kSuperuser)},
          {"PGPASSWORD", state_->password.reveal()},
          {"PGDATABASE", database},
          {"PGCONNECT_TIMEOUT", "10"},
          {"PGCLIENTENCODING", "UTF8"}};
}

const fs::path& ThrowawayServer::programs() const { return state_->programs; }

void ThrowawayServer::keep() {
  assert(state_->options.lifetime == Lifetime::kMayBeKept);
  state_->folder.keep();
  state_->child->release();
  state_->child.reset();
}

}  // namespace windlass::generator
