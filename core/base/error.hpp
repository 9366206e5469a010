// The one failure that ends a command or a phase: an exit code, a message and what to do next.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "core/contract/exit_code.hpp"

namespace windlass {

// Thrown where a command or phase cannot go on, caught once in main. What a caller expects to happen is a
// return value instead. Neither text may hold a secret or, in `message`, more than one line.
class Error : public std::runtime_error {
 public:
  // message: lower case, no full stop. hint: a sentence that says what to do, or empty.
  Error(ExitCode code, const std::string& message, std::string hint = {});

  ExitCode code() const { return code_; }
  const std::string& hint() const { return hint_; }
  // Longer text for people, printed between message and hint: diagnostics, a statement with its caret.
  const std::string& details() const { return details_; }

  // The same error, "context: " before its message. The code and the hint stay.
  Error with_context(std::string_view context) const;
  // The same error with `text` as its details.
  Error with_details(std::string text) const;
  // The same error; what went wrong while cleaning up after it stands behind it in the message.
  Error joined_with(const std::exception& later) const;

 private:
  ExitCode code_;
  std::string hint_;
  std::string details_;
};

}  // namespace windlass
