#include "hook/database/connection_options.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "core/base/error.hpp"

namespace windlass::hook {
namespace {

ConnectionOptions options_of(const std::string& url, Access access = Access::kWrite) {
  return connection_options({Secret(url), "", {}, "", "", Secret(), access}, "windlass test");
}

std::vector<std::string> places(const ConnectionOptions& options) {
  std::vector<std::string> texts;
  for (const auto& endpoint : options.endpoints) texts.push_back(endpoint.to_text());
  return texts;
}

// For the time of a test case.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

}  // namespace

TEST_CASE("hosts and ports are libpq's lists") {
  CHECK(places(options_of("postgresql://u@db1,db2:5433,[::1]:5434/d")) ==
        std::vector<std::string>{"db1:5432", "db2:5433", "::1:5434"});
  CHECK(places(options_of("host=db1,db2 port=6432 dbname=d")) ==
        std::vector<std::string>{"db1:6432", "db2:6432"});
  CHECK(places(options_of("host=/run/postgresql dbname=d")) == std::vector<std::string>{"/run/postgresql"});
  CHECK(places(options_of("hostaddr=10.0.0.1,10.0.0.2 dbname=d")) ==
        std::vector<std::string>{"10.0.0.1:5432", "10.0.0.2:5432"});
}

TEST_CASE("only a name is looked up") {
  const auto names = options_of("postgresql://db1,10.0.0.1,[fe80::1]/d").endpoints;
  CHECK(names[0].is_name());
  CHECK_FALSE(names[1].is_name());
  CHECK_FALSE(names[2].is_name());
  CHECK_FALSE(options_of("host=db1 hostaddr=10.0.0.1").endpoints[0].is_name());
  CHECK_FALSE(options_of("host=/run/postgresql").endpoints[0].is_name());
  CHECK_FALSE(options_of("dbname=d").endpoints[0].is_name());
}

TEST_CASE("lists that do not fit are a matter of configuration") {
  for (const auto* url : {"host=a,b,c port=1,2", "host=a,b hostaddr=10.0.0.1"}) {
    INFO(url);
    try {
      options_of(url);
      FAIL("taken");
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::kConfiguration);
      CHECK_THAT(error.what(), Catch::StartsWith("the database URL names "));
    }
  }
}

TEST_CASE("PG* variables count where the URL is silent") {
  const Variable host("PGHOST", "db1,db2");
  const Variable port("PGPORT", "6432");
  const Variable attributes("PGTARGETSESSIONATTRS", "standby");
  const Variable options("PGOPTIONS", "-c x=1");
  const Variable timeout("PGCONNECT_TIMEOUT", "7");
  const ConnectionOptions silent = options_of("dbname=d");
  CHECK(places(silent) == std::vector<std::string>{"db1:6432", "db2:6432"});
  CHECK(silent.wanted == WantedServer::kStandby);
  CHECK(silent.server_options == "-c x=1");
  CHECK(silent.attempt_limit == Milliseconds(7'000));
  const ConnectionOptions loud =
      options_of("postgresql://db3:1/d?target_session_attrs=primary&options=-c%20y%3D2&connect_timeout=1");
  CHECK(places(loud) == std::vector<std::string>{"db3:1"});
  CHECK(loud.wanted == WantedServer::kPrimary);
  CHECK(loud.server_options == "-c y=2");
  CHECK(loud.attempt_limit == Milliseconds(2'000));
}

TEST_CASE("which server is wanted is ours to say where nobody did") {
  CHECK(options_of("host=db1").wanted == WantedServer::kReadWrite);
  CHECK(options_of("host=db1,db2").wanted == WantedServer::kReadWrite);
  CHECK(options_of("host=db1", Access::kRead).wanted == WantedServer::kAny);
  CHECK(options_of("host=db1,db2", Access::kRead).wanted == WantedServer::kPreferPrimary);
  CHECK(options_of("host=db1 target_session_attrs=any").wanted == WantedServer::kAny);
  CHECK(options_of("host=db1 target_session_attrs=standby", Access::kThisServer).wanted ==
        WantedServer::kAny);
  const Variable attributes("PGTARGETSESSIONATTRS", "any");
  CHECK(options_of("host=db1").wanted == WantedServer::kAny);
}

TEST_CASE("a target_session_attrs that libpq does not know is named") {
  CHECK_THROWS_WITH(options_of("host=db1 target_session_attrs=readwrite"),
                    "target_session_attrs is readwrite");
}

TEST_CASE("the user's keepalives stay") {
  const auto ours = options_of("host=db1").keywords;
  CHECK(ours.at("keepalives_idle") == "10");
  CHECK(ours.at("keepalives_interval") == "5");
  CHECK(ours.at("keepalives_count") == "3");
  CHECK(ours.count("tcp_user_timeout") == 0);
  CHECK(options_of("host=db1 keepalives_idle=60").keywords.at("keepalives_idle") == "60");
}

TEST_CASE("one server of the list is named for another session") {
  const ConnectionTarget target{
      Secret("postgresql://u@db1:1,db2:2/d?hostaddr=10.0.0.1,10.0.0.2&target_session_attrs=standby"),
      "db2",
      2,
      "",
      "",
      Secret(),
      Access::kThisServer,
      "10.0.0.2"};
  const auto options = connection_options(target, "test");
  CHECK(places(options) == std::vector<std::string>{"db2:2"});
  CHECK(options.endpoints[0].address == "10.0.0.2");
  CHECK(options.wanted == WantedServer::kAny);
  const auto environment = libpq_environment(target);
  const std::map<std::string, std::string> variables(environment.begin(), environment.end());
  CHECK(variables.at("PGHOST") == "db2");
  CHECK(variables.at("PGHOSTADDR") == "10.0.0.2");
  CHECK(variables.at("PGPORT") == "2");
  CHECK(variables.at("PGTARGETSESSIONATTRS") == "any");
}

}  // namespace windlass::hook
