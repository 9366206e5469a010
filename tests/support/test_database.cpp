#include "tests/support/test_database.hpp"

#include <fmt/format.h>

namespace windlass::testing {
namespace {

std::string next_name() {
  static int count = 0;
  return fmt::format("case_{}", ++count);
}

}  // namespace

generator::ThrowawayServer& test_server() {
  static generator::ThrowawayServer server{generator::ServerOptions{}};
  return server;
}

TestDatabase::TestDatabase() : name_(next_name()), password_(name_ + "_password") {
  test_server().create_role(name_, password_);
  test_server().create_database(name_, name_);
}

TestDatabase::~TestDatabase() {
  try {
    test_server().drop_database(name_);
    test_server().query("postgres", fmt::format("DROP ROLE {}", generator::quoted_identifier(name_)));
  } catch (const std::exception&) {  // goes with the server; a test that broke it has failed already
  }
}

Secret TestDatabase::url() const { return test_server().url(name_, name_, password_); }

Secret TestDatabase::superuser_url() const { return test_server().url(name_); }

generator::Rows TestDatabase::query(std::string_view sql) const { return test_server().query(name_, sql); }

std::string TestDatabase::value(std::string_view sql) const {
  const auto rows = query(sql);
  return rows.empty() ? std::string() : rows.front().front();
}

}  // namespace windlass::testing
