#include "hook/database/failure_meaning.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace windlass::hook {
namespace {

constexpr bool kPasses = true;
constexpr bool kStays = false;
constexpr ExitCode kUnreachable = ExitCode::kUnreachable;
constexpr ExitCode kTransient = ExitCode::kTransient;
constexpr ExitCode kNotPermitted = ExitCode::kNotPermitted;
constexpr ExitCode kConfiguration = ExitCode::kConfiguration;

struct Row {
  std::string_view sqlstate;  // a class of two characters, a whole code, or empty: none was sent
  std::string_view words;     // a piece of the message; empty: any
  FailureMeaning meaning;
};

// The first row that fits counts.
constexpr std::array kRefusals{
    // The server's own words.
    Row{"28",
        "valid client certificate",
        {kNotPermitted, kStays, "the database refused the role: ",
         "pg_hba.conf asks for a client certificate: name one with sslcert and sslkey (PGSSLCERT, "
         "PGSSLKEY)."}},
    Row{"28",
        "certificate authentication failed",
        {kNotPermitted, kStays, "the database refused the role: ",
         "The common name of the client certificate must be the role's name, or pg_ident.conf must map it."}},
    Row{"28",
        "no encryption",
        {kNotPermitted, kStays, "the database refused the role: ",
         "pg_hba.conf has no line for an unencrypted connection; if it has a hostssl line, connect with "
         "sslmode=require or verify-full."}},
    Row{"28",
        "pg_hba.conf",
        {kNotPermitted, kStays, "the database refused the role: ",
         "Add a line to pg_hba.conf for this role, database and address, or correct the role's name."}},
    Row{"28",
        "",
        {kNotPermitted, kStays,
         "the database refused the role: ", "Check the role, its password and pg_hba.conf."}},
    Row{"3D000", "", {kConfiguration, kStays, "", "Create the database, or correct its name."}},
    Row{"42501", "", {kNotPermitted, kStays, "", "Grant the role CONNECT on the database."}},
    Row{"55000",
        "not currently accepting connections",
        {kConfiguration, kStays, "",
         "ALTER DATABASE ... ALLOW_CONNECTIONS true, or correct the database's name."}},
    Row{"55000",
        "invalid database",
        {kConfiguration, kStays, "",
         "A DROP DATABASE was cut short; drop the database and create it again."}},
    Row{"53300",
        "for role",
        {kUnreachable, kPasses, "",
         "Close other sessions of the role, or raise its limit: ALTER ROLE ... CONNECTION LIMIT."}},
    Row{"53300",
        "for database",
        {kUnreachable, kPasses, "",
         "Close other sessions of the database, or raise its limit: ALTER DATABASE ... CONNECTION LIMIT."}},
    Row{"53300", "", {kUnreachable, kPasses, "", "Close idle sessions, or raise max_connections."}},
    Row{"57P03",
        "",
        {kUnreachable, kPasses, "",
         "Give the server time to come up (connect-timeout), and see its log if it does not."}},
    Row{"08P01",
        "startup parameter",
        {kConfiguration, kStays, "",
         "A pooler stands before the server and takes no options: leave them out."}},
    Row{"0A000",
        "unsupported frontend protocol",
        {kConfiguration, kStays, "", "The server is too old; PostgreSQL 12 is the oldest supported."}},
    // libpq's and the TLS library's words. What is certain to stay as it is comes first.
    Row{"",
        "server does not support SSL",
        {kConfiguration, kStays, "",
         "Turn ssl on at the server; or, where the network is trusted, connect with sslmode=prefer."}},
    Row{"",
        "certificate verify failed",
        {kConfiguration, kStays, "the server's certificate is not trusted: ",
         "sslrootcert (PGSSLROOTCERT) must name the certificate of the authority that signed the server's, "
         "and "
         "the server's must not be expired."}},
    Row{"",
        "does not match host name",
        {kConfiguration, kStays, "the server's certificate is not trusted: ",
         "Connect by a name that stands in the server's certificate, or have that name added to it; where "
         "only "
         "the authority counts, sslmode=verify-ca."}},
    Row{"",
        "could not get server's host name",
        {kConfiguration, kStays, "the server's certificate is not trusted: ",
         "sslmode=verify-full needs a host name; give host beside hostaddr."}},
    Row{"",
        "host name must be specified",
        {kConfiguration, kStays, "the server's certificate is not trusted: ",
         "sslmode=verify-full needs a host name; give host beside hostaddr."}},
    Row{"",
        "root certificate file",
        {kConfiguration, kStays, "",
         "Mount the certificate of the authority that signed the server's and name it with sslrootcert "
         "(PGSSLROOTCERT)."}},
    Row{"",
        "has group or world access",
        {kConfiguration, kStays, "",
         "Give the key the mode 0600, or 0640 when root owns it: in a pod, mount the secret with defaultMode "
         "0640 and an fsGroup."}},
    Row{"",
        "but not private key file",
        {kConfiguration, kStays, "",
         "Mount the key beside the client certificate and name it with sslkey (PGSSLKEY)."}},
    Row{"",
        "does not match private key file",
        {kConfiguration, kStays, "", "sslcert and sslkey must be of one pair."}},
    Row{"", "key values mismatch", {kConfiguration, kStays, "", "sslcert and sslkey must be of one pair."}},
    Row{"",
        "private key file",
        {kConfiguration, kStays, "",
         "Check the file that sslkey (PGSSLKEY) names, and sslpassword if it has one."}},
    Row{"",
        "certificate file",
        {kConfiguration, kStays, "", "Check the file that sslcert (PGSSLCERT) names."}},
    Row{"",
        "certificate revocation list",
        {kConfiguration, kStays, "", "Check the file that sslcrl (PGSSLCRL) names."}},
    Row{"",
        "alert unknown ca",
        {kNotPermitted, kStays, "the server refused the client certificate: ",
         "The server's ssl_ca_file must hold the authority that signed the certificate that sslcert names."}},
    Row{"",
        "alert certificate expired",
        {kNotPermitted, kStays, "the server refused the client certificate: ",
         "The certificate that sslcert names is expired; renew it."}},
    Row{"",
        "alert certificate revoked",
        {kNotPermitted, kStays, "the server refused the client certificate: ",
         "The certificate that sslcert names is revoked; have a new one made."}},
    Row{"",
        "alert bad certificate",
        {kNotPermitted, kStays,
         "the server refused the client certificate: ", "Check the certificate that sslcert names."}},
    Row{"",
        "alert decrypt error",
        {kNotPermitted, kStays, "the server refused the client certificate: ",
         "Check the certificate that sslcert names, and who signed it."}},
    Row{"",
        "alert protocol version",
        {kConfiguration, kStays, "", "Server and ssl_min_protocol_version have no TLS version in common."}},
    Row{"",
        "unsupported protocol",
        {kConfiguration, kStays, "", "Server and ssl_min_protocol_version have no TLS version in common."}},
    Row{"",
        "channel binding",
        {kConfiguration, kStays, "",
         "channel_binding=require needs TLS and a SCRAM password at the server itself; a pooler or proxy "
         "that "
         "ends TLS in between cannot offer it."}},
    Row{"",
        "no password supplied",
        {kNotPermitted, kStays, "the database refused the role: ",
         "Give the password: in the URL, WINDLASS_DATABASE_PASSWORD_FILE, PGPASSWORD or the password file."}},
    Row{"",
        "SCRAM",
        {kNotPermitted, kStays, "the database refused the role: ",
         "What answers does not know the role's password, or stands between the hook and the server."}},
    Row{"",
        "authentication method requirement",
        {kConfiguration, kStays, "", "Server and require_auth have no authentication method in common."}},
    Row{"",
        "authentication method",
        {kConfiguration, kStays, "", "The server asks for a way to authenticate that libpq does not know."}},
    Row{"",
        "definition of service",
        {kConfiguration, kStays, "", "Check the service's name and the file that PGSERVICEFILE names."}},
    Row{"", "could not match", {kConfiguration, kStays, "", "Give one port, or one for each host."}},
    Row{"", "invalid port number", {kConfiguration, kStays, "", "Correct the port in the URL, or PGPORT."}},
    Row{"",
        "for connection option",
        {kConfiguration, kStays, "", "Correct the option in the URL, or the PG* variable."}},
    Row{"", "value: \"", {kConfiguration, kStays, "", "Correct the option in the URL, or the PG* variable."}},
    Row{"",
        "protocol version range",
        {kConfiguration, kStays, "", "ssl_min_protocol_version must not be above ssl_max_protocol_version."}},
    Row{"",
        "response to SSL negotiation",
        {kUnreachable, kPasses, "",
         "What answers on this port is no PostgreSQL server: check host and port."}},
    Row{"",
        "expected authentication request",
        {kUnreachable, kPasses, "",
         "What answers on this port is no PostgreSQL server: check host and port."}},
    Row{"",
        "translate host name",
        {kUnreachable, kPasses, "",
         "Check the host's name, and that the pod's network policy lets DNS through."}},
    Row{"",
        "did not answer",
        {kUnreachable, kPasses, "",
         "Something swallows the packets: check network policy, security group and route."}},
    Row{"",
        "Connection refused",
        {kUnreachable, kPasses, "", "Check host and port, and that the server runs and listens there."}},
    Row{"", "", {kUnreachable, kPasses, "", "Check host, port, network policy and that the server runs."}},
};

constexpr std::string_view kAgain = "Run it again; it goes on where it stopped.";

constexpr std::array kFailures{
    Row{"42501", "", {kNotPermitted, kStays, "", "Grant the role what is missing, or run as the owner."}},
    Row{"28", "", {kNotPermitted, kStays, "", "Check the role and its password."}},
    Row{"25006",
        "",
        {kTransient, kStays, "",
         "The server is read-only: it is a standby, or default_transaction_read_only is on."}},
    Row{"25P03",
        "",
        {kTransient, kPasses, "",
         "idle_in_transaction_session_timeout ended the session; raise it for the role, or find out what "
         "held "
         "the run up."}},
    Row{"25P04",
        "",
        {kTransient, kPasses, "", "transaction_timeout ended the session; raise it for the role."}},
    Row{"57P05",
        "",
        {kTransient, kPasses, "", "idle_session_timeout ended the session; turn it off for the role."}},
    Row{"53100", "", {kTransient, kPasses, "", "Free disk space on the database server."}},
    Row{"55P03", "", {kTransient, kPasses, "", kAgain}},
    Row{"40P01", "", {kTransient, kPasses, "", kAgain}},
    Row{"40001", "", {kTransient, kPasses, "", kAgain}},
    Row{"08", "", {kTransient, kPasses, "", kAgain}},
    Row{"53", "", {kTransient, kPasses, "", kAgain}},
    Row{"57P01", "", {kTransient, kPasses, "", kAgain}},
    Row{"57P02", "", {kTransient, kPasses, "", kAgain}},
    Row{"57P03", "", {kTransient, kPasses, "", kAgain}},
    Row{"57014",
        "",
        {kTransient, kPasses, "",
         "A statement of our own was cancelled: by a person, or by the statement_timeout of role or "
         "database; "
         "raise it for the role, then run again."}},
    Row{"3D000", "", {kConfiguration, kStays, "", "Check the names in the settings."}},
    Row{"3F000", "", {kConfiguration, kStays, "", "Check the names in the settings."}},
    Row{"", "", {ExitCode::kInternal, kStays, "", ""}},
};

FailureMeaning first_fitting(std::span<const Row> rows, std::string_view sqlstate, std::string_view words) {
  const auto fits = [&](const Row& row) {
    return sqlstate.starts_with(row.sqlstate) && row.sqlstate.empty() == sqlstate.empty() &&
           words.find(row.words) != std::string_view::npos;
  };
  const auto found = std::find_if(rows.begin(), rows.end(), fits);
  return found != rows.end() ? found->meaning : rows.back().meaning;
}

}  // namespace

FailureMeaning meaning_of_refusal(std::string_view sqlstate, std::string_view words) {
  return first_fitting(kRefusals, sqlstate, words);
}

FailureMeaning meaning_of_failure(std::string_view sqlstate) {
  return first_fitting(kFailures, sqlstate, "");
}

}  // namespace windlass::hook
