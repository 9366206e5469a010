// How a fuzzer says that a promise is broken: libFuzzer keeps the input of a process that aborts.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace windlass::fuzz {

// Ends the process unless `holds`; `promise` says what should have been, `seen` what was.
inline void expect(bool holds, std::string_view promise, const std::string& seen = {}) {
  if (holds) return;
  std::fprintf(stderr, "BROKEN PROMISE: %.*s\n%s\n", static_cast<int>(promise.size()), promise.data(),
               seen.c_str());
  std::abort();
}

}  // namespace windlass::fuzz
