#include "core/sql/big_stack.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <cstddef>
#include <cstring>
#include <exception>

#include "core/base/error.hpp"

namespace windlass::sql {
namespace {

constexpr std::size_t kStackSize = std::size_t{256} << 20U;

struct Work {
  const std::function<void()>* function;
  std::exception_ptr failure;
};

void* run(void* argument) {
  auto* work = static_cast<Work*>(argument);
  try {
    (*work->function)();
  } catch (...) {
    work->failure = std::current_exception();
  }
  return nullptr;
}

}  // namespace

void run_on_big_stack(const std::function<void()>& work) {
  Work shared{&work, nullptr};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  int failed = pthread_attr_setstacksize(&attributes, kStackSize);
  pthread_t thread{};
  if (failed == 0) failed = pthread_create(&thread, &attributes, run, &shared);
  pthread_attr_destroy(&attributes);
  if (failed != 0) {
    throw Error(
        ExitCode::kInternal,
        fmt::format("cannot start the parser's thread with a stack of 256 MiB: {}", std::strerror(failed)),
        "Raise the limits on address space and on the number of processes (ulimit -v, ulimit -u).");
  }
  pthread_join(thread, nullptr);
  if (shared.failure) std::rethrow_exception(shared.failure);
}

}  // namespace windlass::sql
