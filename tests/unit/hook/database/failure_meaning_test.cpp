#include "hook/database/failure_meaning.hpp"

#include <catch2/catch.hpp>
#include <string>

namespace windlass::hook {
namespace {

struct Refusal {
  const char *sqlstate, *words;
  ExitCode code;
  bool passes;
  const char* hint;  // a piece of it
};

constexpr bool kPasses = true;
constexpr bool kStays = false;

}  // namespace

// The words are those of PostgreSQL 15, libpq 15, glibc 2.36, OpenSSL 3.0 and PgBouncer 1.18.
TEST_CASE("what the server says of a connection has one meaning") {
  for (const auto& one : {
           Refusal{"28P01", "password authentication failed for user \"u\"", ExitCode::kNotPermitted, kStays,
                   "Check the role, its password"},
           Refusal{"28000",
                   "no pg_hba.conf entry for host \"10.0.0.7\", user \"u\", database \"d\", no encryption",
                   ExitCode::kNotPermitted, kStays, "sslmode=require or verify-full"},
           Refusal{"28000",
                   "no pg_hba.conf entry for host \"10.0.0.7\", user \"u\", database \"d\", SSL encryption",
                   ExitCode::kNotPermitted, kStays, "Add a line to pg_hba.conf"},
           Refusal{"28000", "connection requires a valid client certificate", ExitCode::kNotPermitted, kStays,
                   "sslcert and sslkey"},
           Refusal{"28000", "certificate authentication failed for user \"u\"", ExitCode::kNotPermitted,
                   kStays, "common name"},
           Refusal{"28000", "role \"u\" is not permitted to log in", ExitCode::kNotPermitted, kStays, "role"},
           Refusal{"3D000", "database \"d\" does not exist", ExitCode::kConfiguration, kStays, "Create"},
           Refusal{"42501", "permission denied for database \"d\"", ExitCode::kNotPermitted, kStays,
                   "CONNECT"},
           Refusal{"55000", "database \"d\" is not currently accepting connections", ExitCode::kConfiguration,
                   kStays, "ALLOW_CONNECTIONS"},
           Refusal{"55000", "cannot connect to invalid database \"d\"", ExitCode::kConfiguration, kStays,
                   "DROP DATABASE"},
           Refusal{"53300", "sorry, too many clients already", ExitCode::kUnreachable, kPasses,
                   "max_connections"},
           Refusal{"53300",
                   "remaining connection slots are reserved for non-replication superuser connections",
                   ExitCode::kUnreachable, kPasses, "max_connections"},
           Refusal{"53300", "too many connections for role \"u\"", ExitCode::kUnreachable, kPasses,
                   "ALTER ROLE ... CONNECTION LIMIT"},
           Refusal{"53300", "too many connections for database \"d\"", ExitCode::kUnreachable, kPasses,
                   "ALTER DATABASE ... CONNECTION LIMIT"},
           Refusal{"57P03", "the database system is starting up", ExitCode::kUnreachable, kPasses,
                   "connect-timeout"},
           Refusal{"57P03", "the database system is not yet accepting connections", ExitCode::kUnreachable,
                   kPasses, "connect-timeout"},
           Refusal{"57P03", "the database system is in recovery mode", ExitCode::kUnreachable, kPasses, ""},
           Refusal{"57P03", "the database system is shutting down", ExitCode::kUnreachable, kPasses, ""},
           Refusal{"08P01", "unsupported startup parameter: options", ExitCode::kConfiguration, kStays,
                   "pooler"},
           Refusal{"08P01", "pgbouncer cannot connect to server", ExitCode::kUnreachable, kPasses, ""},
           Refusal{"", "could not load private key file \"x.key\": key values mismatch",
                   ExitCode::kConfiguration, kStays, "one pair"},
           Refusal{"XX000", "something new", ExitCode::kUnreachable, kPasses, ""},
       }) {
    INFO(one.words);
    const FailureMeaning meaning = meaning_of_refusal(one.sqlstate, one.words);
    CHECK(meaning.code == one.code);
    CHECK(meaning.passes == one.passes);
    CHECK_THAT(std::string(meaning.hint), Catch::Contains(one.hint));
  }
}

TEST_CASE("what libpq, the TLS library or the kernel say of a connection has one meaning") {
  for (
      const auto& one : {
          Refusal{"", "server does not support SSL, but SSL was required", ExitCode::kConfiguration, kStays,
                  "Turn ssl on"},
          Refusal{"", "SSL error: certificate verify failed", ExitCode::kConfiguration, kStays,
                  "sslrootcert"},
          Refusal{"", "server certificate for \"db\" does not match host name \"localhost\"",
                  ExitCode::kConfiguration, kStays, "Connect by a name"},
          Refusal{"", "root certificate file \"/root/.postgresql/root.crt\" does not exist",
                  ExitCode::kConfiguration, kStays, "sslrootcert"},
          Refusal{"", "could not read root certificate file \"x\": no certificate or crl found",
                  ExitCode::kConfiguration, kStays, "sslrootcert"},
          Refusal{"", "certificate present, but not private key file \"x.key\"", ExitCode::kConfiguration,
                  kStays, "sslkey"},
          Refusal{
              "",
              "private key file \"x.key\" has group or world access; file must have permissions u=rw (0600) "
              "or less if owned by the current user, or permissions u=rw,g=r (0640) or less if owned by root",
              ExitCode::kConfiguration, kStays, "0600"},
          Refusal{"", "certificate does not match private key file \"x.key\": key values mismatch",
                  ExitCode::kConfiguration, kStays, "one pair"},
          Refusal{"", "could not load private key file \"x.key\": bad decrypt", ExitCode::kConfiguration,
                  kStays, "sslpassword"},
          Refusal{"", "could not read certificate file \"x.crt\": no start line", ExitCode::kConfiguration,
                  kStays, "sslcert"},
          Refusal{"", "SSL error: tlsv1 alert unknown ca", ExitCode::kNotPermitted, kStays, "ssl_ca_file"},
          Refusal{"", "SSL error: sslv3 alert certificate expired", ExitCode::kNotPermitted, kStays, "renew"},
          Refusal{"", "SSL error: sslv3 alert certificate revoked", ExitCode::kNotPermitted, kStays,
                  "revoked"},
          Refusal{"", "SSL error: unsupported protocol", ExitCode::kConfiguration, kStays, "TLS version"},
          Refusal{"", "channel binding required, but SSL not in use", ExitCode::kConfiguration, kStays,
                  "channel_binding"},
          Refusal{"", "fe_sendauth: no password supplied", ExitCode::kNotPermitted, kStays, "PGPASSWORD"},
          Refusal{"", "incorrect server signature", ExitCode::kUnreachable, kPasses, ""},
          Refusal{"", "definition of service \"s\" not found", ExitCode::kConfiguration, kStays, "service"},
          Refusal{"", "invalid sslmode value: \"full\"", ExitCode::kConfiguration, kStays, "PG*"},
          Refusal{"", "invalid port number: \"0\"", ExitCode::kConfiguration, kStays, "port"},
          Refusal{"", "invalid integer value \"x\" for connection option \"keepalives\"",
                  ExitCode::kConfiguration, kStays, "option"},
          Refusal{"", "received invalid response to SSL negotiation: H", ExitCode::kUnreachable, kPasses,
                  "no PostgreSQL server"},
          Refusal{"", "could not translate host name \"db\" to address: Name or service not known",
                  ExitCode::kUnreachable, kPasses, "DNS"},
          Refusal{"", "it did not answer within 5s", ExitCode::kUnreachable, kPasses, "swallows"},
          Refusal{"", "Connection refused", ExitCode::kUnreachable, kPasses, "listens"},
          Refusal{"", "server closed the connection unexpectedly", ExitCode::kUnreachable, kPasses, ""},
          Refusal{"", "could not receive data from server: Connection reset by peer", ExitCode::kUnreachable,
                  kPasses, ""},
          Refusal{"", "Network is unreachable", ExitCode::kUnreachable, kPasses, "network policy"},
      }) {
    INFO(one.words);
    const FailureMeaning meaning = meaning_of_refusal(one.sqlstate, one.words);
    CHECK(meaning.code == one.code);
    CHECK(meaning.passes == one.passes);
    CHECK_THAT(std::string(meaning.hint), Catch::Contains(one.hint));
  }
}

TEST_CASE("a failed statement has one meaning") {
  struct Case {
    const char* sqlstate;
    ExitCode code;
    bool passes;
    const char* hint;
  };
  for (const auto& one : {
           Case{"42501", ExitCode::kNotPermitted, kStays, "Grant"},
           Case{"28P01", ExitCode::kNotPermitted, kStays, "password"},
           Case{"25006", ExitCode::kTransient, kStays, "standby"},
           Case{"25P03", ExitCode::kTransient, kPasses, "idle_in_transaction_session_timeout"},
           Case{"25P04", ExitCode::kTransient, kPasses, "transaction_timeout"},
           Case{"57P05", ExitCode::kTransient, kPasses, "idle_session_timeout"},
           Case{"53100", ExitCode::kTransient, kPasses, "disk"},
           Case{"53300", ExitCode::kTransient, kPasses, "again"},
           Case{"55P03", ExitCode::kTransient, kPasses, "again"},
           Case{"40P01", ExitCode::kTransient, kPasses, "again"},
           Case{"40001", ExitCode::kTransient, kPasses, "again"},
           Case{"57P01", ExitCode::kTransient, kPasses, "again"},
           Case{"57014", ExitCode::kTransient, kPasses, "statement_timeout"},
           Case{"08006", ExitCode::kTransient, kPasses, "again"},
           Case{"3D000", ExitCode::kConfiguration, kStays, "names"},
           Case{"42P01", ExitCode::kInternal, kStays, ""},
           Case{"", ExitCode::kInternal, kStays, ""},
       }) {
    INFO(one.sqlstate);
    const FailureMeaning meaning = meaning_of_failure(one.sqlstate);
    CHECK(meaning.code == one.code);
    CHECK(meaning.passes == one.passes);
    CHECK_THAT(std::string(meaning.hint), Catch::Contains(one.hint));
  }
}

}  // namespace windlass::hook
