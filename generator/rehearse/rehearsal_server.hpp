// The server that a rehearsal works on, and how what the manifests say about their database is led to it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "generator/rehearse/database_url.hpp"
#include "generator/rehearse/environment.hpp"
#include "generator/rehearse/throwaway_server.hpp"

namespace windlass::generator {

class RehearsalServer {
 public:
  // Of our own: every role and database that the manifests ask for is made on it, under its own name and
  // password. `server` outlives this object.
  explicit RehearsalServer(ThrowawayServer& server);
  // The one that was named: its URL stands in for every other. Throws Error(kUsage) when `url` is no
  // postgresql:// URL.
  explicit RehearsalServer(const Secret& url);

  // Where the rehearsal has the database that the manifests find under `wanted`. On our own server the role
  // is made (it may log in and owns the database, nothing else) and TLS parameters are dropped, because it
  // speaks none.
  DatabaseUrl redirect(const DatabaseUrl& wanted);
  // `text` redirected when it is a database URL, as it is when it is none.
  std::string redirect_text(const std::string& text);
  // The same for what a container gets to see. Its WINDLASS_DIRECT_DATABASE_URL, else its
  // WINDLASS_DATABASE_URL or, where that is not set, the likes of WINDLASS_DATABASE_HOST or of PGHOST become
  // the one variable WINDLASS_DATABASE_URL, which nothing but a flag wins over, and no other setting of a
  // connection stays. Returns where it leads; nothing when the environment names no database. Throws
  // Error(kConfiguration) for a connection string that cannot be read.
  std::optional<DatabaseUrl> redirect_environment(Environment& environment);

  bool is_own() const { return own_ != nullptr; }
  // "15.18"
  std::string version() const;
  // The databases that redirect() made or was led to, by name.
  const std::vector<std::string>& databases() const { return databases_; }
  // The folder of its client programs; empty: PATH.
  const std::filesystem::path& programs() const { return programs_; }
  // As its superuser or, on a named server, as the role of its URL.
  const DatabaseUrl& administrator() const { return administrator_; }

  // Databases for the rollback promise. Throw Error(kInternal) when the server refuses.
  void create_database(const std::string& name, const std::string& owner) const;
  void copy_database(const std::string& from, const std::string& to, const std::string& owner) const;
  void drop_database(const std::string& name) const;
  bool may_create_databases() const;
  // What pg_dump says about the schema of a database; tables that match one of the patterns are left out.
  std::string dump_schema(const std::string& database, const std::vector<std::string>& without_tables) const;

 private:
  // Makes the role, unless it was made with this password before: every container asks for it anew.
  void make_role(const std::string& role, const Secret& password);
  Rows query(const std::string& database, std::string_view sql) const;

  ThrowawayServer* own_ = nullptr;
  DatabaseUrl administrator_;
  std::filesystem::path programs_;
  std::vector<std::string> databases_;
  std::map<std::string, Secret> roles_;  // with the password that each has
};

}  // namespace windlass::generator
