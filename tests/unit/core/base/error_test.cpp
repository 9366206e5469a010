#include "core/base/error.hpp"

#include <catch2/catch.hpp>

namespace windlass {

TEST_CASE("context, details and a later error leave code, hint and first message as they were") {
  const Error error(ExitCode::kTransient, "disk is full", "Free space, then run again.");
  const Error detailed = error.with_details("42 bytes left");
  const Error wrapped = detailed.with_context("backup");
  const Error joined = wrapped.joined_with(std::runtime_error("cannot unlock"));

  CHECK(std::string(error.what()) == "disk is full");
  CHECK(error.details().empty());
  CHECK(std::string(joined.what()) == "backup: disk is full; then, while cleaning up: cannot unlock");
  CHECK(joined.code() == ExitCode::kTransient);
  CHECK(joined.hint() == "Free space, then run again.");
  CHECK(joined.details() == "42 bytes left");
}

}  // namespace windlass
