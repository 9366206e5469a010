#include "core/sql/classify.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/sql/big_stack.hpp"
#include "core/sql/command_rules.hpp"
#include "core/sql/parse_tree.hpp"
#include "core/sql/table_locks.hpp"

namespace windlass::sql {
namespace {

// What parses at about 320 bytes of stack for every byte of text needs less than 1 MiB here, which every
// thread has.
constexpr std::size_t kNeverDeep = std::size_t{2} << 10U;

bool needs_tree(const StatementClass& result) {
  return result.command.starts_with("ALTER TABLE") || result.command.starts_with("ALTER INDEX") ||
         result.command == "CREATE TABLE";
}

void refine(std::string_view statement, StatementClass& result) {
  if (!needs_tree(result)) return;
  auto locks = table_locks(parse_tree(statement), statement);
  if (!locks) return;
  result.lock = locks->lock;
  result.relations = std::move(locks->relations);
}

// A thread costs more than parsing a short statement, which cannot be deep.
void run_where_it_fits(std::size_t longest, const std::function<void()>& work) {
  if (longest <= kNeverDeep) {
    work();
  } else {
    run_on_big_stack(longest, work);
  }
}

}  // namespace

std::vector<StatementClass> classify(const std::vector<std::string_view>& statements, int server_version) {
  std::vector<StatementClass> results;
  results.reserve(statements.size());
  std::size_t longest = 0;  // of those that are parsed
  for (const std::string_view statement : statements) {
    results.push_back(classify_by_words(statement, server_version));
    if (needs_tree(results.back())) longest = std::max(longest, std::min(statement.size(), kLongestTree));
  }
  run_where_it_fits(longest, [&] {
    for (std::size_t i = 0; i < statements.size(); ++i) refine(statements[i], results[i]);
  });
  return results;
}

StatementClass classify(std::string_view statement, int server_version) {
  return std::move(classify(std::vector{statement}, server_version).front());
}

std::optional<SyntaxError> check_syntax(std::string_view statement) {
  std::optional<SyntaxError> error;
  run_where_it_fits(statement.size(), [&] { error = grammar_error(statement); });
  return error;
}

}  // namespace windlass::sql
