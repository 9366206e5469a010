#include "core/base/error.hpp"

#include <utility>

namespace windlass {

Error::Error(ExitCode code, const std::string& message, std::string hint)
    : std::runtime_error(message), code_(code), hint_(std::move(hint)) {}

Error Error::with_context(std::string_view context) const {
  Error result(code_, std::string(context) + ": " + what(), hint_);
  result.details_ = details_;
  return result;
}

Error Error::with_details(std::string text) const {
  Error result = *this;
  result.details_ = std::move(text);
  return result;
}

Error Error::joined_with(const std::exception& later) const {
  Error result(code_, std::string(what()) + "; then, while cleaning up: " + later.what(), hint_);
  result.details_ = details_;
  return result;
}

}  // namespace windlass
