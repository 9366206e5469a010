#include "core/sql/index_statement.hpp"

#include "core/base/text.hpp"
#include "core/sql/word_reader.hpp"

namespace windlass::sql {

std::optional<IndexStatement> read_index_statement(std::string_view statement) {
  WordReader words(statement);
  IndexStatement index;
  if (!words.accept("create")) return std::nullopt;
  index.unique = words.accept("unique");
  if (!words.accept("index")) return std::nullopt;
  words.accept("concurrently");
  words.accept("if not exists");
  if (!words.sees("on")) index.name = words.accept_name();
  if (!words.accept("on")) return std::nullopt;
  words.accept("only");
  index.table = words.accept_name();
  if (index.table.empty()) return std::nullopt;
  const auto rest = statement.substr(words.token(0).offset);
  index.rest = trim(rest);
  return index;
}

}  // namespace windlass::sql
