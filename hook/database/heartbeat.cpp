#include "hook/database/heartbeat.hpp"

#include <algorithm>
#include <utility>

namespace windlass::hook {

Heartbeat::Heartbeat(std::function<void()> beat, Milliseconds interval)
    : beat_(std::move(beat)), interval_(interval), thread_([this] { go_on(); }) {}

Heartbeat::~Heartbeat() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Heartbeat::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

void Heartbeat::go_on() {
  // Scripts of a few milliseconds each are not worth a beat each.
  constexpr Milliseconds kShortest{250};
  const Milliseconds shortest = std::min(kShortest, interval_);
  std::unique_lock lock(mutex_);
  while (!ended_) {
    if (changed_.wait_for(lock, shortest, [this] { return ended_; })) return;
    changed_.wait_for(lock, interval_ - shortest, [this] { return ended_ || woken_; });
    if (ended_) return;
    woken_ = false;
    lock.unlock();
    beat_();
    lock.lock();
  }
}

}  // namespace windlass::hook
