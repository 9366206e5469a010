#include "core/migrations/placeholders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/text.hpp"
#include "core/migrations/shown_line.hpp"

namespace windlass::migrations {
namespace {

// Flyway does not look again at the character that broke off a beginning of the prefix: "$${x}" stays.
constexpr std::size_t kMismatch = 1;
constexpr int kMostReports = 20;
constexpr std::string_view kFileName = "flyway:filename";
constexpr std::string_view kBuiltIn = "flyway:";

bool replaces(const PlaceholderRules& rules) {
  return rules.enabled && !rules.prefix.empty() && !rules.suffix.empty();
}

std::string_view last_component(std::string_view file) { return file.substr(file.rfind('/') + 1); }

class Replacer {
 public:
  Replacer(std::string_view source, const PlaceholderRules& rules, const std::string& file)
      : source_(source), rules_(rules), file_(file) {}

  Replaced run(bool more_follows = false) {
    while (at_ < source_.size()) {
      const std::size_t matching = matching_prefix();
      if (more_follows && is_cut_off(matching)) break;
      if (matching == rules_.prefix.size()) {
        take_placeholder();
      } else {
        copy(matching == 0 ? to_next_candidate() : matching + kMismatch);
      }
    }
    return std::move(result_);
  }

  std::size_t taken() const { return at_; }

 private:
  // Whether a placeholder begins here, or might begin, and the piece ends before it does.
  bool is_cut_off(std::size_t matching) const {
    if (matching == rules_.prefix.size())
      return source_.find(rules_.suffix, at_ + matching) == std::string_view::npos;
    return matching > 0 && at_ + matching == source_.size();
  }

  std::size_t matching_prefix() const {
    const auto rest = source_.substr(at_);
    const auto ends = std::mismatch(rules_.prefix.begin(), rules_.prefix.end(), rest.begin(), rest.end());
    return static_cast<std::size_t>(ends.first - rules_.prefix.begin());
  }

  std::size_t to_next_candidate() const {
    return std::min(source_.find(rules_.prefix[0], at_), source_.size()) - at_;
  }

  void copy(std::size_t count) {
    const auto piece = source_.substr(at_, count);
    result_.text += piece;
    at_ += piece.size();
  }

  void take_placeholder() {
    const std::size_t name_begin = at_ + rules_.prefix.size();
    const std::size_t name_end = source_.find(rules_.suffix, name_begin);
    if (name_end == std::string_view::npos) {
      report(rules_.prefix.size(), fmt::format("a placeholder begins with {} and never ends", rules_.prefix),
             fmt::format("Close it with {}, or switch placeholder replacement off for this script.",
                         rules_.suffix));
      copy(source_.size());
      return;
    }
    const std::string_view name = source_.substr(name_begin, name_end - name_begin);
    const std::size_t length = name_end + rules_.suffix.size() - at_;
    if (const auto value = value_of(to_lower(name))) {
      result_.replacements.push_back({at_, length, result_.text.size(), value->size()});
      result_.text += *value;
      at_ += length;
    } else {
      report_missing(name, length);
      copy(length);
    }
  }

  std::optional<std::string_view> value_of(const std::string& name) const {
    if (name == kFileName) return last_component(file_);
    const auto found = rules_.values.find(name);
    if (found == rules_.values.end()) return std::nullopt;
    return found->second;
  }

  void report_missing(std::string_view name, std::size_t length) {
    const bool built_in = to_lower(name).starts_with(kBuiltIn);
    report(
        length, fmt::format("no value for the placeholder {}{}{}", rules_.prefix, name, rules_.suffix),
        built_in
            ? "Names that begin with flyway: are built in, and there is none of this name."
            : "Give it a value in the placeholders setting, or switch placeholder replacement off for this "
              "script.");
  }

  // A data script may hold thousands of "${" that were never meant as placeholders; a few faults show that.
  void report(std::size_t length, std::string message, std::string help) {
    if (++reported_ > kMostReports) return;
    Diagnostic diagnostic;
    diagnostic.position = position_at(source_, at_, file_);
    diagnostic.message = std::move(message);
    diagnostic.help = std::move(help);
    if (reported_ == kMostReports) diagnostic.help += " There are more such places, which are not listed.";
    diagnostic.source = shown_line(source_, at_);
    const auto shown = source_.substr(at_, std::min(length, source_.find_first_of("\r\n", at_) - at_));
    diagnostic.width = static_cast<int>(
        std::count_if(shown.begin(), shown.end(), [](char c) { return !is_utf8_continuation(c); }));
    result_.diagnostics.add(std::move(diagnostic));
  }

  std::string_view source_;
  const PlaceholderRules& rules_;
  const std::string& file_;
  std::size_t at_ = 0;
  int reported_ = 0;
  Replaced result_;
};

}  // namespace

Replaced replace_placeholders(std::string_view source, const PlaceholderRules& rules,
                              const std::string& file) {
  if (!replaces(rules)) return {std::string(source), {}, {}};
  return Replacer(source, rules, file).run();
}

Replaced replace_placeholders_in_piece(std::string_view piece, const PlaceholderRules& rules,
                                       const std::string& file, std::size_t& taken) {
  taken = piece.size();
  if (!replaces(rules)) return {std::string(piece), {}, {}};
  Replacer replacer(piece, rules, file);
  Replaced replaced = replacer.run(true);
  taken = replacer.taken();
  return replaced;
}

std::size_t source_offset(const Replaced& replaced, std::size_t result_offset) {
  const auto& list = replaced.replacements;
  const auto next =
      std::upper_bound(list.begin(), list.end(), result_offset,
                       [](std::size_t offset, const Replacement& r) { return offset < r.result_offset; });
  if (next == list.begin()) return result_offset;
  const Replacement& last = *(next - 1);
  if (result_offset < last.result_offset + last.result_length) return last.source_offset;
  return last.source_offset + last.source_length + (result_offset - last.result_offset - last.result_length);
}

}  // namespace windlass::migrations
