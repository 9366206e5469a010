// What a failure of the server, or of the way to it, means: the one table from SQLSTATEs and words to exit
// codes, to whether waiting helps, and to what to do.
#pragma once

#include <string_view>

#include "core/contract/exit_code.hpp"

namespace windlass::hook {

struct FailureMeaning {
  ExitCode code;
  bool passes;            // the same may succeed later: wait within the bound, then end with `code`
  std::string_view lead;  // stands before the server's words
  std::string_view hint;  // one or more sentences, or empty
};

// Of an attempt to connect. Without a SQLSTATE it was libpq, the TLS library or the kernel that refused, and
// `words` decides: theirs, in English, since the program never sets a locale.
FailureMeaning meaning_of_refusal(std::string_view sqlstate, std::string_view words);

// Of a statement of our own, or of a session that the server ended with a last word.
FailureMeaning meaning_of_failure(std::string_view sqlstate);

}  // namespace windlass::hook
