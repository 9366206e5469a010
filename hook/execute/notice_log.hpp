// Puts what a script says (RAISE NOTICE, the server's warnings) into the log, but not without end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "hook/database/session.hpp"

namespace windlass::hook {

// Listens to the session while it lives. Of a flood it logs the first 50 notices and the first 50 warnings
// and, when it ends, how many followed; of a long one its first 2,000 bytes.
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
  std::size_t notices_ = 0;
  std::size_t warnings_ = 0;
};

}  // namespace windlass::hook
