#include "hook/database/script_message.hpp"

#include <algorithm>
#include <cctype>

#include "core/base/text.hpp"

namespace windlass::hook {
namespace {

constexpr std::string_view kCommentBegin = "/* windlass: ";
constexpr std::string_view kCommentEnd = " */";

class Builder {
 public:
  Builder(std::string_view source, std::size_t limit) : source_(source), limit_(limit) {}

  void add_ours(const std::string& statement, std::size_t index = ScriptMessage::kOurs) {
    current_.text += statement + ";\n";
    current_.statements.push_back(index);
  }

  void add(const sql::Statement& statement, std::size_t index) {
    if (!current_.text.empty() && current_.text.size() + statement.length > limit_) cut();
    // A byte order mark is no token to the server; comments stay behind, they lie outside [offset, length).
    current_.stretches.push_back({current_.text.size(), statement.offset, statement.length});
    current_.text += statement.text(source_);
    // The line feed ends a comment that the statement may close with.
    current_.text += "\n;\n";
    current_.statements.push_back(index);
  }

  std::vector<ScriptMessage> finish() {
    cut();
    return std::move(messages_);
  }

 private:
  void cut() {
    if (!current_.text.empty()) messages_.push_back(std::move(current_));
    current_ = {};
  }

  std::string_view source_;
  std::size_t limit_;
  ScriptMessage current_;
  std::vector<ScriptMessage> messages_;
};

std::size_t byte_of_character(std::string_view text, std::size_t position) {
  std::size_t character = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_utf8_continuation(text[i]) && ++character == position) return i;
  }
  return text.size();
}

}  // namespace

std::vector<ScriptMessage> script_messages(std::string_view source,
                                           const std::vector<sql::Statement>& statements,
                                           const std::vector<bool>& skipped, const Surroundings& surroundings,
                                           std::size_t limit) {
  Builder builder(source, limit);
  for (const auto& statement : surroundings.before) builder.add_ours(statement);
  if (!surroundings.prelude.empty()) builder.add_ours(surroundings.prelude, ScriptMessage::kPrelude);
  for (std::size_t i = 0; i < statements.size(); ++i) {
    if (skipped[i]) continue;
    if (surroundings.before_statement) {
      for (const auto& statement : surroundings.before_statement(i)) builder.add_ours(statement);
    }
    builder.add(statements[i], i);
  }
  for (const auto& statement : surroundings.after) builder.add_ours(statement);
  return builder.finish();
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
  const std::size_t byte = byte_of_character(message.text, position);
  for (const auto& stretch : message.stretches) {
    if (byte >= stretch.message_offset && byte <= stretch.message_offset + stretch.length) {
      return stretch.source_offset + (byte - stretch.message_offset);
    }
  }
  return std::string::npos;
}

}  // namespace windlass::hook
