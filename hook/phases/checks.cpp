#include "hook/phases/checks.hpp"

#include <fmt/format.h>

#include "core/base/log.hpp"
#include "core/base/text.hpp"

namespace windlass::hook {

void Checks::add(const std::string& name, CheckOutcome outcome, const std::string& message) {
  report_.checks.push_back({name, outcome, message});
}

void Checks::pass(const std::string& name, const std::string& message) {
  add(name, CheckOutcome::kOk, message);
}
void Checks::skip(const std::string& name, const std::string& message) {
  add(name, CheckOutcome::kSkipped, message);
}

void Checks::warn(const std::string& name, const std::string& message) {
  log::warning(name + ": " + message);
  add(name, CheckOutcome::kWarning, message);
}

void Checks::fail(const std::string& name, const Error& error) {
  add(name, CheckOutcome::kFailed, error.what());
  if (!first_) first_ = error;
  ++failed_;
}

void Checks::run(const std::string& name, const std::function<void()>& check) {
  try {
    check();
  } catch (const Error& error) {
    const bool no_more_answers =
        error.code() == ExitCode::kTerminated || error.code() == ExitCode::kUnreachable;
    if (no_more_answers) throw;
    fail(name, error);
  }
}

void Checks::throw_if_failed(const std::string& subject) const {
  if (!first_) return;
  if (failed_ == 1) throw first_->with_context(subject);
  throw Error(first_->code(),
              fmt::format("{}: {} failed, the first: {}", subject, counted(failed_, "check"), first_->what()),
              first_->hint())
      .with_details(first_->details());
}

}  // namespace windlass::hook
