#include "generator/tree/emit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <string_view>
#include <utility>

#include "core/base/text.hpp"

namespace windlass::generator {
namespace {

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Words that YAML 1.1 (go-yaml, yaml-cpp) reads as booleans or null, in any case.
bool is_reserved_word(std::string_view text) {
  constexpr std::array<std::string_view, 9> kWords = {"true", "false", "yes", "no",  "on",
                                                      "off",  "y",     "n",   "null"};
  constexpr std::size_t kLongest = 5;
  if (text.size() > kLongest) return false;
  const std::string lower = to_lower(text);
  return std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

// "100m", "256Mi": whole numbers with a suffix that no reader takes for part of a number.
bool is_quantity(std::string_view text) {
  constexpr std::array<std::string_view, 5> kSuffixes = {"m", "Ki", "Mi", "Gi", "Ti"};
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  return digits > 0 && std::find(kSuffixes.begin(), kSuffixes.end(), text.substr(digits)) != kSuffixes.end();
}

// By character: whether it may stand in a plain text. Almost every byte of a manifest is looked up here.
constexpr auto kPlainCharacters = [] {
  std::array<bool, 256> plain{};
  for (int c = 0; c < 128; ++c)
    plain[static_cast<std::size_t>(c)] = is_letter(static_cast<char>(c)) || is_digit(static_cast<char>(c));
  for (const char c : std::string_view("._/@:,=+;() -")) plain[static_cast<unsigned char>(c)] = true;
  return plain;
}();

// Few texts are plain, and those are plain to every reader: what begins with a digit or a sign may be a
// number, a date or a sexagesimal, so it never is.
bool is_plain(std::string_view text) {
  if (is_quantity(text)) return true;
  if (text.empty() || text.back() == ' ' || text.back() == ':') return false;
  if (!is_letter(text.front()) && text.front() != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!kPlainCharacters[static_cast<unsigned char>(text[i])]) return false;
    if (text[i] == ':' && text[i + 1] == ' ') return false;
  }
  return !is_reserved_word(text);
}

// Characters that a reader would change or refuse when they stand there as they are: controls, the line ends
// that only YAML 1.1 knows, the byte order mark. `size` gets the length of the sequence.
bool needs_escape(std::string_view rest, unsigned& code, std::size_t& size) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
  size = 1;
  code = byte(0);
  if (code < 0x80) return (code < 0x20 && code != '\n' && code != '\t') || code == 0x7F;
  if ((code & 0xE0U) == 0xC0U) {
    size = 2;
    code = ((code & 0x1FU) << 6) | (byte(1) & 0x3FU);
    return code < 0xA0;
  }
  if ((code & 0xF0U) == 0xE0U) {
    size = 3;
    code = ((code & 0x0FU) << 12) | ((byte(1) & 0x3FU) << 6) | (byte(2) & 0x3FU);
    return code == 0x2028 || code == 0x2029 || code == 0xFEFF || code >= 0xFFFE;
  }
  size = 4;
  return false;
}

bool fits_literal_block(std::string_view text) {
  if (text.find('\n') == std::string_view::npos) return false;
  if (text.find_first_not_of('\n') == std::string_view::npos) return false;
  for (std::size_t i = 0; i < text.size();) {
    unsigned code = 0;
    std::size_t size = 0;
    if (needs_escape(text.substr(i), code, size)) return false;
    i += size;
  }
  return true;
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (std::size_t i = 0; i < text.size();) {
    unsigned code = 0;
    std::size_t size = 0;
    const bool escape = needs_escape(text.substr(i), code, size);
    if (text[i] == '"' || text[i] == '\\') {
      result += '\\';
      result += text[i];
    } else if (text[i] == '\n') {
      result += "\\n";
    } else if (text[i] == '\t') {
      result += "\\t";
    } else if (text[i] == '\r') {
      result += "\\r";
    } else if (escape) {
      result += fmt::format("\\u{:04X}", code);
    } else {
      result += text.substr(i, size);
    }
    i += size;
  }
  return result + '"';
}

enum class FirstLine { kAtMargin, kIndented };

class Emitter {
 public:
  explicit Emitter(std::string head) : out_(std::move(head)) {}

  std::string take() { return std::move(out_); }

  // The cursor stands behind "key:" or "-"; children of `tree` are indented by `indent`.
  void value(const Tree& tree, std::size_t indent) {
    if (const auto* members = tree.members(); members != nullptr && !members->empty()) {
      out_ += '\n';
      map(*members, indent, FirstLine::kAtMargin);
    } else if (const auto* list = tree.list(); list != nullptr && !list->empty()) {
      out_ += '\n';
      this->list(*list, indent);
    } else {
      out_ += ' ';
      leaf(tree, indent);
    }
  }

  void map(const Members& members, std::size_t indent, FirstLine first) {
    for (const auto& member : members) {
      if (first == FirstLine::kAtMargin) out_.append(indent, ' ');
      first = FirstLine::kAtMargin;
      scalar(member.key);
      out_ += ':';
      // A list stands at the indent of its key, as Kubernetes tools write it.
      value(member.value, member.value.list() != nullptr ? indent : indent + 2);
    }
  }

 private:
  void list(const List& items, std::size_t indent) {
    for (const auto& item : items) {
      out_.append(indent, ' ');
      out_ += '-';
      if (const auto* members = item.members(); members != nullptr && !members->empty()) {
        out_ += ' ';
        map(*members, indent + 2, FirstLine::kIndented);
      } else {
        value(item, indent + 2);
      }
    }
  }

  void leaf(const Tree& tree, std::size_t indent) {
    assert(tree.use() == nullptr && !tree.is_absent());
    if (const auto* text = tree.text()) {
      assert(is_valid_utf8(*text));
      if (fits_literal_block(*text)) return literal_block(*text, indent);
      scalar(*text);
    } else if (const auto* number = tree.number()) {
      out_ += std::to_string(*number);
    } else if (const auto* truth = tree.truth()) {
      out_ += *truth ? "true" : "false";
    } else {
      out_ += tree.list() != nullptr ? "[]" : "{}";
    }
    out_ += '\n';
  }

  void scalar(std::string_view text) {
    if (is_plain(text)) {
      out_ += text;
    } else {
      out_ += quoted(text);
    }
  }

  void literal_block(std::string_view text, std::size_t indent) {
    out_ += '|';
    // A reader takes the indent from the first line that is not empty, unless it is told.
    if (text.front() == ' ' || text.front() == '\n' || text.front() == '\t') out_ += '2';
    const bool ends_line = text.back() == '\n';
    const bool ends_twice = ends_line && text.size() > 1 && text[text.size() - 2] == '\n';
    if (!ends_line) out_ += '-';
    if (ends_twice) out_ += '+';
    out_ += '\n';
    if (ends_line) text.remove_suffix(1);
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      if (end > begin) out_.append(indent, ' ');
      out_ += text.substr(begin, end - begin);
      out_ += '\n';
      begin = end + 1;
    }
  }

  std::string out_;
};

}  // namespace

std::string emit_yaml(const Members& document, std::string head) {
  assert(!document.empty());
  Emitter emitter(std::move(head));
  emitter.map(document, 0, FirstLine::kAtMargin);
  return emitter.take();
}

}  // namespace windlass::generator
