// Puts what a script says (RAISE NOTICE, the server's warnings) into the log, but not without end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "hook/database/session.hpp"

namespace windlass::hook {

// Listens to the session while it lives. Of a flood it logs the first lines and, when it ends, how many
// followed.
class NoticeLog {
 public:
  NoticeLog(Session& session, std::string script);
  ~NoticeLog();
  NoticeLog(const NoticeLog&) = delete;
  NoticeLog& operator=(const NoticeLog&) = delete;

 private:
  void hear(std::string_view severity, std::string_view text);

  Session& session_;
  std::string script_;
  std::size_t heard_ = 0;
};

}  // namespace windlass::hook
