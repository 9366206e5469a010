// The rules for CREATE, ALTER, DROP and COMMENT, whose second word decides.
#pragma once

#include "core/sql/classify.hpp"
#include "core/sql/word_reader.hpp"

namespace windlass::sql {

// Each reads on behind its own first word and fills in what the words say; `command` becomes "CREATE TABLE"
// and so on.
void classify_create(WordReader& words, int server_version, StatementClass& result);
void classify_alter(WordReader& words, int server_version, StatementClass& result);
void classify_drop(WordReader& words, int server_version, StatementClass& result);
void classify_comment(WordReader& words, int server_version, StatementClass& result);

// How strongly two parts of one statement lock together: a scan under the lock of a catalogue change is
// heavy.
LockClass combined(LockClass a, LockClass b);

}  // namespace windlass::sql
