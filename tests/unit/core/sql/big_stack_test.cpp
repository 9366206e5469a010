#include "core/sql/big_stack.hpp"

#include <sys/resource.h>

#include <catch2/catch.hpp>

#include "core/base/error.hpp"

using windlass::sql::run_on_big_stack;

TEST_CASE("work runs to its end on a stack that holds far more than the usual 8 MiB") {
  std::size_t touched = 0;
  run_on_big_stack(std::size_t{1} << 20U, [&] {
    volatile char frame[std::size_t{64} << 20U];
    for (std::size_t i = 0; i < sizeof frame; i += 4096) frame[i] = 1;
    touched = sizeof frame;
  });
  CHECK(touched == std::size_t{64} << 20U);
}

TEST_CASE("what the work throws is thrown to the caller") {
  CHECK_THROWS_AS(run_on_big_stack(0, [] { throw windlass::Error(windlass::ExitCode::kRefused, "no"); }),
                  windlass::Error);
}
