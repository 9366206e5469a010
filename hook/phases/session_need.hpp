// What scripts need a session of their own for: behind a pooler in transaction mode they have none.
#pragma once

#include <string>
#include <vector>

#include "core/migrations/prepared_script.hpp"

namespace windlass::hook {

// Gathers over the scripts of a run, each of which is looked at before it may be let go.
class SessionNeeds {
 public:
  void look_at(const migrations::PreparedScript& script);
  // Throws Error(kConfiguration) that names all scripts that need a session, with the place and what for.
  void refuse() const;

 private:
  std::vector<std::string> scripts_;
  std::string details_;
};

}  // namespace windlass::hook
