// What a statement leaves behind in the session that runs it: it is lost, or another client's, behind a
// pooler that hands each transaction to another session.
#pragma once

#include <string>
#include <string_view>

namespace windlass::sql {

// "SET without LOCAL", "a temporary table": what other transactions of the session would find. Empty when
// that is nothing. Reads the words alone, those of a DO block too; what a function does, or a text that is
// executed, is not seen. Never fails on any text.
std::string session_state_of(std::string_view statement);

}  // namespace windlass::sql
