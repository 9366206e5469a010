// A list of checks in a report, and the failure that it ends in.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/base/error.hpp"
#include "hook/report/report.hpp"

namespace windlass::hook {

class Checks {
 public:
  explicit Checks(Report& report) : report_(report) {}

  void pass(const std::string& name, const std::string& message);
  void warn(const std::string& name, const std::string& message);
  void fail(const std::string& name, const Error& error);
  void skip(const std::string& name, const std::string& message);
  // Runs `check`, which calls one of the above or throws Error, which is a failed check then. An error that
  // leaves no database to ask (a lost connection, a stop request) goes on to the caller.
  void run(const std::string& name, const std::function<void()>& check);

  std::size_t failed() const { return failed_; }
  // Throws when a check failed: the first failed one's code and hint, all of them counted.
  void throw_if_failed(const std::string& subject) const;

 private:
  void add(const std::string& name, CheckOutcome outcome, const std::string& message);

  Report& report_;
  std::size_t failed_ = 0;
  std::optional<Error> first_;
};

}  // namespace windlass::hook
