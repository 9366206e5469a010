// A text that cannot be printed, formatted, compared or serialised by accident: passwords and URLs with one.
#pragma once

#include <string>
#include <utility>

namespace windlass {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  bool empty() const { return value_.empty(); }
  // The text itself. Every call is a place to review: it may go to the server or to a child's environment,
  // never to a log, an error, an argument list or a file.
  const std::string& reveal() const { return value_; }

 private:
  std::string value_;
};

}  // namespace windlass
