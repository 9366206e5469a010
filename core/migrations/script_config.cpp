#include "core/migrations/script_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "core/base/text.hpp"
#include "core/migrations/decode.hpp"
#include "core/migrations/shown_line.hpp"

namespace windlass::migrations {
namespace {

constexpr std::string_view kBlank = " \t\f";
constexpr std::string_view kExecuteInTransaction = "executeInTransaction";
constexpr std::string_view kPlaceholderReplacement = "placeholderReplacement";
constexpr std::string_view kEncoding = "encoding";
constexpr std::string_view kShouldExecute = "shouldExecute";

struct Property {
  std::string key;
  std::string value;
  std::size_t offset = 0;  // of the key in the file
};

// Splits a file into its properties by Java's rules: '=', ':' or a blank ends the key, '#' and '!' begin a
// comment, a backslash joins lines and escapes.
class PropertyReader {
 public:
  explicit PropertyReader(std::string_view text) : text_(text) {}

  std::optional<Property> next() {
    skip_to_key();
    if (at_ >= text_.size()) return std::nullopt;
    Property property;
    property.offset = at_;
    property.key = take_until(" \t\f=:\r\n");
    skip(kBlank);
    if (at_ < text_.size() && (text_[at_] == '=' || text_[at_] == ':')) ++at_;
    skip(kBlank);
    property.value = take_until("\r\n");
    return property;
  }

 private:
  void skip(std::string_view characters) {
    at_ = std::min(text_.find_first_not_of(characters, at_), text_.size());
  }

  void skip_to_key() {
    for (;;) {
      skip(" \t\f\r\n");
      if (at_ >= text_.size() || (text_[at_] != '#' && text_[at_] != '!')) return;
      at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
    }
  }

  std::string take_until(std::string_view terminators) {
    std::string taken;
    while (at_ < text_.size() && terminators.find(text_[at_]) == std::string_view::npos) {
      const char c = text_[at_++];
      if (c == '\\') {
        take_escaped(taken);
      } else {
        taken += c;
      }
    }
    return taken;
  }

  void take_escaped(std::string& taken) {
    if (at_ >= text_.size()) return;
    const char c = text_[at_++];
    if (c == '\r' || c == '\n') {
      if (c == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
      skip(kBlank);
    } else {
      taken += c == 't' ? '\t' : c;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

class ConfigParser {
 public:
  ConfigParser(std::string_view text, const std::string& file, const PlaceholderRules& placeholders,
               Diagnostics& diagnostics)
      : text_(text), file_(file), placeholders_(placeholders), diagnostics_(diagnostics) {}

  ScriptConfig run() {
    PropertyReader reader(text_);
    while (auto property = reader.next()) {
      if (std::find(seen_.begin(), seen_.end(), property->key) != seen_.end()) {
        report(*property, fmt::format("{} is given twice", property->key), "Remove one of the two lines.");
      } else {
        seen_.push_back(property->key);
        apply(*property);
      }
    }
    return std::move(config_);
  }

 private:
  void apply(Property& property) {
    Replaced replaced = replace_placeholders(property.value, placeholders_, file_);
    for (const Diagnostic& diagnostic : replaced.diagnostics.list()) {
      report(property, diagnostic.message, diagnostic.help);
    }
    if (!replaced.diagnostics.empty()) return;
    property.value = trim(replaced.text);
    if (property.key == kExecuteInTransaction) {
      config_.execute_in_transaction = boolean(property);
    } else if (property.key == kPlaceholderReplacement) {
      config_.placeholder_replacement = boolean(property);
    } else if (property.key == kEncoding) {
      config_.encoding = encoding(property);
    } else {
      report_unknown(property);
    }
  }

  std::optional<bool> boolean(const Property& property) {
    const std::string word = to_lower(property.value);
    if (word == "true") return true;
    if (word == "false") return false;
    report(property,
           fmt::format("invalid value for {} (should be either true or false): {}", property.key,
                       property.value),
           "");
    return std::nullopt;
  }

  std::optional<std::string> encoding(const Property& property) {
    if (parse_encoding(property.value)) return property.value;
    report(property, fmt::format("unknown encoding: {}", property.value),
           fmt::format("Known are {}.", join(encoding_names(), ", ")));
    return std::nullopt;
  }

  void report_unknown(const Property& property) {
    if (property.key == kShouldExecute) {
      report(property, "shouldExecute is not supported",
             "Keep the script in a location of its own and name that only where it should run.");
      return;
    }
    const auto meant = nearest(property.key, {kExecuteInTransaction, kPlaceholderReplacement, kEncoding});
    report(property, fmt::format("unknown configuration property: {}", property.key),
           meant.empty() ? fmt::format("Known are {}, {} and {}.", kEncoding, kExecuteInTransaction,
                                       kPlaceholderReplacement)
                         : fmt::format("Did you mean {}?", meant));
  }

  void report(const Property& property, std::string message, std::string help) {
    Diagnostic diagnostic;
    diagnostic.position = position_at(text_, property.offset, file_);
    diagnostic.message = std::move(message);
    diagnostic.help = std::move(help);
    diagnostic.source = shown_line(text_, property.offset);
    diagnostic.width = static_cast<int>(property.key.size());
    diagnostics_.add(std::move(diagnostic));
  }

  std::string_view text_;
  const std::string& file_;
  const PlaceholderRules& placeholders_;
  Diagnostics& diagnostics_;
  std::vector<std::string> seen_;
  ScriptConfig config_;
};

}  // namespace

ScriptConfig parse_script_config(std::string_view text, const std::string& file,
                                 const PlaceholderRules& placeholders, Diagnostics& diagnostics) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return ConfigParser(text, file, placeholders, diagnostics).run();
}

}  // namespace windlass::migrations
