// Reads the scripts while the connection is being made: neither waits for the other.
#pragma once

#include <future>

#include "core/migrations/script_set.hpp"
#include "hook/settings/settings.hpp"

namespace windlass::hook {

class ScriptsAhead {
 public:
  // Begins to read, in a thread of its own. A script that needs the values of placeholders, some of which
  // only the database knows, waits for take().
  explicit ScriptsAhead(const Settings& settings);

  // The set, as migrations::read_script_set reads it. To be called once.
  migrations::ScriptSet take(migrations::PlaceholderRules placeholders);

 private:
  std::future<migrations::ScriptSet> set_;
  // Behind set_, so that a reader who waits when nobody takes the set is told before it is waited for.
  std::promise<migrations::PlaceholderRules> placeholders_;
};

}  // namespace windlass::hook
