#include "core/sql/big_stack.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>

#include "core/base/error.hpp"

namespace windlass::sql {
namespace {

constexpr std::size_t kSmallest = std::size_t{1} << 20U;
constexpr std::size_t kLargest = std::size_t{256} << 20U;
// 1+1+... takes about 640 bytes of stack for every two bytes of text.
constexpr std::size_t kPerByte = 400;

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

void run_on_big_stack(std::size_t text_length, const std::function<void()>& work) {
  const std::size_t stack = std::min(kLargest, kSmallest + kPerByte * std::min(text_length, kLargest));
  Work shared{&work, nullptr};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  int failed = pthread_attr_setstacksize(&attributes, stack);
  pthread_t thread{};
  if (failed == 0) failed = pthread_create(&thread, &attributes, run, &shared);
  pthread_attr_destroy(&attributes);
  if (failed != 0) {
    throw Error(ExitCode::kInternal,
                fmt::format("cannot start the parser's thread with a stack of {} MiB: {}", stack >> 20U,
                            std::strerror(failed)),
                "Raise the limits on address space and on the number of processes (ulimit -v, ulimit -u).");
  }
  pthread_join(thread, nullptr);
  if (shared.failure) std::rethrow_exception(shared.failure);
}

}  // namespace windlass::sql
