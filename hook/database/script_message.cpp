#include "hook/database/script_message.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "core/base/text.hpp"

namespace windlass::hook {
namespace {

constexpr std::string_view kCommentBegin = "/* windlass: ";
constexpr std::string_view kCommentEnd = " */";

void add_ours(ScriptMessage& message, const std::string& statement,
              std::size_t index = ScriptMessage::kOurs) {
  message.text += statement + ";\n";
  message.statements.push_back(index);
}

// The line feed ends a comment that the statement may close with.
constexpr std::string_view kEndOfStatement = "\n;\n";

// A byte order mark is no token to the server; comments stay behind, they lie outside [offset, length).
void add(ScriptMessage& message, const migrations::ReplacedText& text, const sql::Statement& statement,
         std::size_t index) {
  message.stretches.push_back({message.text.size(), statement.offset, statement.length});
  // Exactly, where it matters: a statement may have tens of megabytes.
  constexpr std::size_t kLong = std::size_t{64} << 10U;
  const std::size_t needed = message.text.size() + statement.length + kEndOfStatement.size();
  if (needed > kLong && needed > message.text.capacity()) message.text.reserve(needed);
  text.read(statement.offset, statement.length, [&](std::string_view piece) {
    message.text += piece;
    return true;
  });
  message.text += kEndOfStatement;
  message.statements.push_back(index);
}

std::size_t byte_of_character(std::string_view text, std::size_t position) {
  std::size_t character = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_utf8_continuation(text[i]) && ++character == position) return i;
  }
  return text.size();
}

}  // namespace

ScriptMessages::ScriptMessages(const migrations::ReplacedText& text,
                               const std::vector<sql::Statement>& statements,
                               const std::vector<bool>& skipped, Surroundings surroundings, std::size_t limit)
    : text_(text),
      statements_(statements),
      skipped_(skipped),
      surroundings_(std::move(surroundings)),
      limit_(limit) {}

void ScriptMessages::announce(ScriptMessage& message) {
  if (std::exchange(announced_, true) || !surroundings_.before_statement) return;
  for (const auto& ours : surroundings_.before_statement(next_)) add_ours(message, ours);
}

// The library copies a message whole, twice; three copies of a statement of 30 MB are more than a pod may
// have.
bool ScriptMessages::put_mapped(ScriptMessage& message) {
  const auto& statement = statements_[next_];
  message.mapped = text_.map(statement.offset, statement.length);
  if (!message.mapped) return false;
  message.stretches.push_back({0, statement.offset, statement.length});
  message.statements.push_back(next_);
  return true;
}

bool ScriptMessages::next(ScriptMessage& message) {
  constexpr std::size_t kLong = std::size_t{4} << 20U;
  message = {};
  if (ended_) return false;
  if (!std::exchange(begun_, true)) {
    for (const auto& statement : surroundings_.before) add_ours(message, statement);
    if (!surroundings_.prelude.empty()) add_ours(message, surroundings_.prelude, ScriptMessage::kPrelude);
  }
  for (; next_ < statements_.size(); ++next_, announced_ = false) {
    if (skipped_[next_]) continue;
    const auto& statement = statements_[next_];
    if (statement.length > kLong) announce(message);
    if (!message.text.empty() && message.text.size() + statement.length > limit_) return true;
    if (statement.length > kLong && put_mapped(message)) {
      ++next_;
      announced_ = false;
      return true;
    }
    announce(message);
    add(message, text_, statement, next_);
  }
  ended_ = true;
  for (const auto& statement : surroundings_.after) add_ours(message, statement);
  return !message.text.empty();
}

std::string script_comment(std::string_view script) {
  std::string name(script);
  // A star could end the comment, or begin another one inside it.
  std::replace_if(
      name.begin(), name.end(),
      [](char c) { return c == '*' || std::iscntrl(static_cast<unsigned char>(c)) != 0; }, '?');
  return std::string(kCommentBegin) + name + std::string(kCommentEnd);
}

std::string script_in_comment(std::string_view query) {
  if (!query.starts_with(kCommentBegin)) return "";
  query.remove_prefix(kCommentBegin.size());
  const auto end = query.find(kCommentEnd);
  return end == std::string_view::npos ? "" : std::string(query.substr(0, end));
}

std::size_t source_offset_of(const ScriptMessage& message, std::size_t position) {
  if (position == 0) return std::string::npos;
  const std::size_t byte = byte_of_character(message.sent(), position);
  for (const auto& stretch : message.stretches) {
    if (byte >= stretch.message_offset && byte <= stretch.message_offset + stretch.length) {
      return stretch.source_offset + (byte - stretch.message_offset);
    }
  }
  return std::string::npos;
}

}  // namespace windlass::hook
