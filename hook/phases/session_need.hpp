// What scripts need a session of their own for: behind a pooler in transaction mode they have none.
#pragma once

#include <string>
#include <vector>

#include "core/migrations/prepared_script.hpp"
#include "hook/database/session.hpp"

namespace windlass::hook {

// Gathers over the scripts of a run, each of which is looked at before it may be let go. Where the run has a
// session of its own, nothing is gathered.
class SessionNeeds {
 public:
  explicit SessionNeeds(const Session& session) : is_shared_(session.is_shared()) {}

  void look_at(const migrations::PreparedScript& script);
  // Throws Error(kConfiguration) that names all scripts that need a session, with the place and what for.
  void refuse() const;

 private:
  bool is_shared_;
  std::vector<std::string> scripts_;
  std::string details_;
};

}  // namespace windlass::hook
