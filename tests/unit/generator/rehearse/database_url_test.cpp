#include "generator/rehearse/database_url.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace windlass;
using namespace windlass::generator;

TEST_CASE("a URL is taken apart and put together again") {
  const auto url = parse_database_url(
      " postgres://us%40er:p%2Fw:x@db.example:6432/shop%20one?sslmode=require&options=-c%20a%3Db\n");
  REQUIRE(url);
  CHECK(url->user == "us@er");
  CHECK(url->password.reveal() == "p/w:x");
  CHECK(url->host == "db.example");
  CHECK(url->port == "6432");
  CHECK(url->database == "shop one");
  CHECK(url->parameters ==
        std::vector<std::pair<std::string, std::string>>{{"sslmode", "require"}, {"options", "-c a=b"}});
  CHECK(to_url(*url).reveal() ==
        "postgresql://us%40er:p%2Fw%3Ax@db.example:6432/shop%20one?sslmode=require&options=-c%20a%3Db");
}

TEST_CASE("parts that are missing stay empty") {
  const auto url = parse_database_url("postgresql://app@[::1]");
  REQUIRE(url);
  CHECK(url->host == "::1");
  CHECK(url->port.empty());
  CHECK(url->password.empty());
  CHECK(url->database_name() == "app");
  CHECK(parse_database_url("postgresql:///shop")->database == "shop");
}

TEST_CASE("an IPv6 address loses its brackets and gets them back: PGHOST takes none") {
  const auto url = parse_database_url("postgresql://app@[2001:db8::1]:6432/shop");
  REQUIRE(url);
  CHECK(url->host == "2001:db8::1");
  CHECK(url->port == "6432");
  CHECK(to_url(*url).reveal() == "postgresql://app:@[2001:db8::1]:6432/shop");
}

TEST_CASE("several servers and socket folders are what libpq makes of them") {
  const auto url = parse_database_url("postgresql://app@one:1,two,[::1]:3/shop?sslmode=require");
  REQUIRE(url);
  CHECK(url->host == "one,two,::1");
  CHECK(url->port == "1,,3");
  CHECK(to_url(*url).reveal() == "postgresql://app:@one:1,two,[::1]:3/shop?sslmode=require");
  const auto socket = parse_database_url("postgresql:///shop?host=/run/pg");
  CHECK(to_url(socket.value()).reveal() == "postgresql://:@%2Frun%2Fpg/shop");
}

TEST_CASE("regression: a list of servers that ends in libpq's own choice kept only the first") {
  DatabaseUrl url;
  url.host = "one,";
  url.port = "1,2";
  CHECK(to_url(url).reveal() == "postgresql://:@one:1,:2/");
}

TEST_CASE("regression: one port for all servers was written to the first alone") {
  const auto url = parse_connection("host=one,two port=6432 dbname=shop");
  REQUIRE(url);
  CHECK(to_url(*url).reveal() == "postgresql://:@one:6432,two:6432/shop");
}

TEST_CASE("ports that libpq could not give to the servers are no URL") {
  CHECK_FALSE(parse_database_url("postgresql://one:1,two:2/shop?host=three"));
  CHECK_FALSE(parse_database_url("postgresql://one/shop?port=1,2"));
  CHECK_FALSE(parse_connection("host=one,two port=1,2,3"));
  CHECK(parse_database_url("postgresql://one,two/shop?port=1,2"));
}

TEST_CASE("regression: a server named postgres was taken for a second scheme") {
  const auto url = parse_database_url("postgresql://postgres://shop");
  REQUIRE(url);
  CHECK(url->host == "postgres");
  CHECK(url->port.empty());
}

TEST_CASE("the first @ ends the password, as in libpq") {
  const auto url = parse_database_url("postgresql://app:a?b:c@db/shop@x");
  REQUIRE(url);
  CHECK(url->password.reveal() == "a?b:c");
  CHECK(url->host == "db");
  CHECK(url->database == "shop@x");
}

TEST_CASE("what is no PostgreSQL URL is none") {
  for (const auto* text : {"postgresql://app@[::1/shop", "postgresql://app@[::1]x/shop", "", "mysql://a@b/c",
                           "host=db dbname=shop", "postgresql:", "see postgresql://x"}) {
    CHECK_FALSE(parse_database_url(text));
  }
}

TEST_CASE("a client gets the password by its environment") {
  const auto environment =
      client_environment(*parse_database_url("postgresql://app:secret@db/shop?sslmode=require"));
  const auto has = [&](const std::string& name, const std::string& value) {
    return std::find(environment.begin(), environment.end(), std::pair(name, value)) != environment.end();
  };
  CHECK(has("PGPASSWORD", "secret"));
  CHECK(has("PGPORT", "5432"));
  CHECK(has("PGSSLMODE", "require"));
}

TEST_CASE("parameters win over what stands before them, as in libpq") {
  const auto url =
      parse_database_url("postgresql://a:b@c:1/d?user=u&password=p&host=h&port=2&dbname=n&connect_timeout=3");
  REQUIRE(url);
  CHECK(to_url(*url).reveal() == "postgresql://u:p@h:2/n?connect_timeout=3");
}

TEST_CASE("a keyword string is a connection too") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"host=db port=6432 user=app password=secret dbname=shop", "postgresql://app:secret@db:6432/shop"},
      {" host = 'db' password='it\\'s \\\\ it' user=a\\ b\n", "postgresql://a%20b:it%27s%20%5C%20it@db/"},
      {"dbname=shop sslmode=require", "postgresql://:@/shop?sslmode=require"},
      {"postgres://a@b/c", "postgresql://a:@b/c"}};
  for (const auto& [text, url] : cases) {
    INFO(text);
    REQUIRE(parse_connection(text));
    CHECK(to_url(*parse_connection(text)).reveal() == url);
  }
  for (const auto* text : {"", "shop", "host='db", "user=app", "=x host=db", "mysql://a@b/c?host=d"}) {
    INFO(text);
    CHECK_FALSE(parse_connection(text));
  }
}
