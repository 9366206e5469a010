#include "core/migrations/script_mark.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/migrations/shown_line.hpp"

namespace windlass::migrations {
namespace {

constexpr std::string_view kBlank = " \t\r\n\f\v";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kPrefix = "windlass:";
constexpr std::string_view kContract = "contract";

// The line comments that a text begins with, block comments between them passed over.
class HeadComments {
 public:
  explicit HeadComments(std::string_view text) : text_(text) {
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
  }

  // What stands behind the next "--", up to the line's end; false: a statement begins.
  bool next(std::string_view& comment, std::size_t& offset) {
    for (;;) {
      at_ = std::min(text_.find_first_not_of(kBlank, at_), text_.size());
      const auto rest = text_.substr(at_);
      if (rest.starts_with("/*")) {
        if (!pass_block()) return false;
      } else if (rest.starts_with("--")) {
        offset = at_ + 2;
        at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
        comment = text_.substr(offset, at_ - offset);
        return true;
      } else {
        return false;
      }
    }
  }

 private:
  // PostgreSQL's nest.
  bool pass_block() {
    int depth = 0;
    while (at_ + 1 < text_.size()) {
      const auto two = text_.substr(at_, 2);
      const int step = two == "/*" ? 1 : two == "*/" ? -1 : 0;
      depth += step;
      at_ += step == 0 ? 1 : 2;
      if (depth == 0) return true;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

bool is_marked_contract(std::string_view text, ScriptKind kind, const std::string& file,
                        Diagnostics& diagnostics) {
  HeadComments comments(text);
  std::string_view comment;
  std::size_t offset = 0;
  bool marked = false;
  while (comments.next(comment, offset)) {
    const std::string_view said = trim(comment);
    if (!said.starts_with(kPrefix)) continue;
    const std::string_view word = trim(said.substr(kPrefix.size()));
    const auto report = [&](std::string message, std::string help) {
      const auto at = offset + comment.find_first_not_of(" \t");
      diagnostics.add({Severity::kError, position_at(text, at, file), std::move(message), std::move(help),
                       std::string(shown_line(text, at)), static_cast<int>(said.size())});
    };
    if (word != kContract) {
      report(fmt::format("unknown mark: {}", word), "The only mark is `-- windlass: contract`.");
    } else if (kind != ScriptKind::kVersioned) {
      report("only a versioned script can be marked contract", "Remove the mark.");
    } else {
      marked = true;
    }
  }
  return marked;
}

}  // namespace windlass::migrations
