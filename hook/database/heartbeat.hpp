// Calls a function again and again on a thread of its own.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "core/base/duration.hpp"

namespace windlass::hook {

class Heartbeat {
 public:
  // Calls `beat` every `interval`, and sooner after wake(). `beat` must not throw, and must return soon: the
  // destructor waits for it.
  Heartbeat(std::function<void()> beat, Milliseconds interval);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  // There is news to tell with the next beat, which comes within a quarter of a second.
  void wake();

 private:
  void go_on();

  std::function<void()> beat_;
  Milliseconds interval_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  bool ended_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace windlass::hook
