// A fresh database for one test case, on a real server that the test program starts once.
#pragma once

#include <string>
#include <string_view>

#include "core/base/secret.hpp"
#include "generator/rehearse/throwaway_server.hpp"

namespace windlass::testing {

// The program's one server: started by the first call, gone when the program ends. Link test_database.
generator::ThrowawayServer& test_server();

// A new database with an owner role of its own that is no superuser; both gone when the object dies.
class TestDatabase {
 public:
  TestDatabase();
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  const std::string& name() const { return name_; }
  // The owner role; it has the database's name.
  const std::string& owner() const { return name_; }
  const Secret& password() const { return password_; }

  // As the owner, who may create what it likes in this database and nothing elsewhere.
  Secret url() const;
  // As the superuser.
  Secret superuser_url() const;

  // Runs SQL as the superuser and returns the rows as text.
  generator::Rows query(std::string_view sql) const;
  // The first column of the first row; empty when there is none.
  std::string value(std::string_view sql) const;

 private:
  std::string name_;
  Secret password_;
};

}  // namespace windlass::testing
