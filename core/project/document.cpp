#include "core/project/document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "core/base/text.hpp"

namespace windlass::project {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Ends the parse after its fault has been recorded.
struct Stop {};

// Bytes from the opening quote at `offset` to behind the closing one; nothing when there is none. The library
// takes the end of the file for a closing quote.
std::optional<std::size_t> quoted_length(std::string_view text, std::size_t offset) {
  const char quote = text[offset];
  for (std::size_t i = offset + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 >= text.size() || text[i + 1] != '\'') return i + 1 - offset;
      ++i;
    }
  }
  return std::nullopt;
}

// Builds the tree from the library's events.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const Source& source, std::size_t begin, Document& document)
      : source_(source), begin_(begin), document_(document) {}

  [[noreturn]] void stop(std::size_t offset, std::size_t length, std::string message, std::string help) {
    document_.faults.add(source_.fault(offset, length, std::move(message), std::move(help)));
    throw Stop{};
  }

  std::size_t offset_of(const YAML::Mark& mark) const {
    const auto offset = begin_ + static_cast<std::size_t>(std::max(0, mark.pos));
    return std::min(offset, source_.text().size());
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ == 0) return;
    stop(offset_of(mark), 3, "a second document begins here",
         "Keep one document in the file; environments go under spec.environments.");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node& node = add_node(NodeKind::kNull, mark, anchor);
    node.open = false;
    attach(node);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Node* target = anchors_.at(anchor);
    if (target->open) {
      stop(offset_of(mark), 1, "this alias stands inside what it stands for", "Write the value out here.");
    }
    attach(*target, offset_of(mark));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_tag(mark, tag);
    Node& node = add_node(NodeKind::kScalar, mark, anchor);
    node.text = value;
    node.plain = tag == "?" || tag.empty();
    node.length = scalar_length(node);
    node.open = false;
    attach(node);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    open_node(add_node(NodeKind::kList, mark, anchor));
  }
  void OnSequenceEnd() override { close_node(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    open_node(add_node(NodeKind::kMap, mark, anchor));
  }
  void OnMapEnd() override {
    merge_maps(*stack_.back());
    close_node();
  }

 private:
  Node& add_node(NodeKind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    Node& node = document_.nodes.emplace_back();
    node.kind = kind;
    node.offset = offset_of(mark);
    if (anchor != YAML::NullAnchor) anchors_[anchor] = &node;
    return node;
  }

  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:str") return;
    stop(offset_of(mark), 1, fmt::format("the tag {} is not supported", in_quotes(tag)), "Remove the tag.");
  }

  std::size_t scalar_length(const Node& node) {
    const auto text = source_.text();
    const char first = node.offset < text.size() ? text[node.offset] : '\0';
    if (node.plain || (first != '"' && first != '\'')) return std::max<std::size_t>(1, node.text.size());
    const auto length = quoted_length(text, node.offset);
    if (!length) stop(node.offset, 1, "this quote is never closed", "Close it on the same line.");
    return *length;
  }

  void open_node(Node& node) {
    if (stack_.size() >= kDeepest) {
      stop(node.offset, 1, fmt::format("nested deeper than {} levels", kDeepest), "Flatten the file.");
    }
    stack_.push_back(&node);
    keys_.push_back(nullptr);
  }

  void close_node() {
    Node& node = *stack_.back();
    node.open = false;
    stack_.pop_back();
    keys_.pop_back();
    attach(node);
  }

  // Hangs a finished node into what is being read: as a key, a key's value, an item or the root.
  void attach(const Node& node) { attach(node, node.offset); }
  void attach(const Node& node, std::size_t offset) {
    if (stack_.empty()) {
      document_.root = &node;
      return;
    }
    Node& parent = *stack_.back();
    parent.expanded += node.expanded;
    if (parent.expanded > kMostNodes) {
      stop(offset, 1,
           fmt::format("the file has more than {} values when its aliases are expanded", kMostNodes),
           "Use fewer aliases of aliases.");
    }
    if (parent.kind == NodeKind::kList) {
      parent.items.push_back(&node);
    } else if (keys_.back() == nullptr) {
      if (node.kind != NodeKind::kScalar)
        stop(offset, 1, "a key must be text", "Write a name before the colon.");
      keys_.back() = &node;
    } else {
      parent.members.push_back({keys_.back(), &node});
      keys_.back() = nullptr;
    }
  }

  // YAML 1.1's merge key: "<<: *base" or "<<: [*one, *two]"; the first that has a key wins.
  void merge_maps(Node& map) {
    std::vector<Member> own;
    std::vector<const Node*> sources;
    for (const auto& member : map.members) {
      if (member.key->plain && member.key->text == "<<") {
        if (member.value->kind == NodeKind::kList) {
          sources.insert(sources.end(), member.value->items.begin(), member.value->items.end());
        } else {
          sources.push_back(member.value);
        }
      } else {
        own.push_back(member);
      }
    }
    if (sources.empty()) return;
    std::map<std::string_view, bool> known;
    for (const auto& member : own) known[member.key->text] = true;
    for (const Node* other : sources) {
      if (other->kind != NodeKind::kMap) {
        stop(other->offset, 1, "the merge key << takes a map or a list of maps", "Name an anchor of a map.");
      }
      for (const auto& member : other->members) {
        if (std::exchange(known[member.key->text], true)) continue;
        own.push_back({member.key, member.value, true});
      }
    }
    map.members = std::move(own);
  }

  const Source& source_;
  std::size_t begin_;
  Document& document_;
  std::map<YAML::anchor_t, const Node*> anchors_;
  std::vector<Node*> stack_;
  std::vector<const Node*> keys_;  // of each open map: the key that waits for its value
  int documents_ = 0;
};

std::optional<Diagnostic> unreadable(const Source& source) {
  const auto text = source.text();
  const auto whole = [&](std::string message, std::string help) {
    return Diagnostic{Severity::kError, {source.file()}, std::move(message), std::move(help)};
  };
  if (text.size() > kLargestFile) {
    return whole(fmt::format("the file has {} bytes, more than the limit of {}", text.size(), kLargestFile),
                 "A config has a few hundred lines; is this the right file?");
  }
  const auto control = std::find_if(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
  });
  if (control != text.end()) {
    auto fault = source.fault(
        static_cast<std::size_t>(control - text.begin()), 1,
        fmt::format("byte 0x{:02x} does not belong in a text file", static_cast<unsigned char>(*control)),
        "Save the file as UTF-8 text.");
    fault.source.clear();
    return fault;
  }
  if (const auto invalid = first_invalid_utf8(text); invalid != text.size()) {
    auto fault =
        source.fault(invalid, 1, "the file is not UTF-8 from here on", "Save the file as UTF-8 text.");
    fault.source.clear();
    return fault;
  }
  return std::nullopt;
}

// The library's words for a file that is no YAML, at the tab that is mostly to blame when there is one.
Diagnostic syntax_fault(const Source& source, std::size_t offset, const std::string& message) {
  const auto line = line_at(source.text(), offset);
  const auto indentation = line.substr(0, line.find_first_not_of(" \t"));
  if (const auto tab = indentation.find('\t'); tab != std::string_view::npos) {
    const auto begin = static_cast<std::size_t>(line.data() - source.text().data());
    return source.fault(begin + tab, 1, "a tab in the indentation", "YAML is indented with blanks only.");
  }
  return source.fault(offset, 1, "cannot read this as YAML: " + to_lower(message),
                      "Look at the line above as well: quotes, brackets, indentation and colons.");
}

}  // namespace

Source::Source(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {
  line_begins_.push_back(0);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool lone_return = text[i] == '\r' && (i + 1 >= text.size() || text[i + 1] != '\n');
    if (text[i] == '\n' || lone_return) line_begins_.push_back(i + 1);
  }
}

std::size_t Source::line_of(std::size_t offset) const {
  const auto after = std::upper_bound(line_begins_.begin(), line_begins_.end(), offset);
  return static_cast<std::size_t>(after - line_begins_.begin()) - 1;
}

Position Source::position(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const std::size_t line = line_of(offset);
  auto before = text_.substr(line_begins_[line], offset - line_begins_[line]);
  if (line == 0 && before.starts_with(kByteOrderMark)) before.remove_prefix(kByteOrderMark.size());
  const auto column =
      std::count_if(before.begin(), before.end(), [](char c) { return !is_utf8_continuation(c); });
  return {file_, static_cast<int>(line) + 1, static_cast<int>(column) + 1};
}

Diagnostic Source::fault(std::size_t offset, std::size_t length, std::string message,
                         std::string help) const {
  constexpr std::size_t kLongestLine = 200;
  Diagnostic diagnostic{Severity::kError, position(offset), std::move(message), std::move(help)};
  auto line = line_at(text_, offset);
  const std::size_t begin = line_begins_[line_of(std::min(offset, text_.size()))];
  const auto on_line = std::min(length, begin + line.size() - std::min(offset, begin + line.size()));
  const auto marked = text_.substr(std::min(offset, text_.size()), on_line);
  const auto width =
      std::count_if(marked.begin(), marked.end(), [](char c) { return !is_utf8_continuation(c); });
  diagnostic.width = static_cast<int>(std::max<std::ptrdiff_t>(1, width));
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  if (line.size() <= kLongestLine) diagnostic.source = without_passwords(line);
  return diagnostic;
}

Document parse_document(const Source& source) {
  Document document;
  if (auto fault = unreadable(source)) {
    document.faults.add(std::move(*fault));
    return document;
  }
  const std::size_t begin = source.text().starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  TreeBuilder builder(source, begin, document);
  try {
    std::istringstream stream{std::string(source.text().substr(begin))};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop&) {
  } catch (const YAML::Exception& error) {
    document.faults.add(syntax_fault(source, builder.offset_of(error.mark), error.msg));
  }
  if (document.faults.empty() && document.root == nullptr) {
    document.faults.add({Severity::kError, {source.file()}, "the file is empty", {}});
  }
  if (!document.faults.empty()) document.root = nullptr;
  return document;
}

std::string without_passwords(std::string_view line) {
  const std::string lower = to_lower(line);
  if (const auto word = lower.find("password"); word != std::string::npos) {
    const auto after = lower.find_first_not_of("\"' \t", word + std::string_view("password").size());
    if (after != std::string::npos && (lower[after] == ':' || lower[after] == '=')) {
      return std::string(line.substr(0, after + 1)) + " ***";
    }
  }
  const auto scheme = line.find("://");
  const auto at = line.rfind('@');
  if (scheme == std::string_view::npos || at == std::string_view::npos || at < scheme)
    return std::string(line);
  const auto colon = line.find(':', scheme + 3);
  if (colon == std::string_view::npos || colon > at) return std::string(line);
  return std::string(line.substr(0, colon + 1)) + "***" + std::string(line.substr(at));
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string result = "\"";
  std::size_t bytes = 0;
  for (const char c : text) {
    if (bytes++ >= kLongest && !is_utf8_continuation(c)) return result + "...\"";
    if (c == '\n') {
      result += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      result += c;
    }
  }
  return result + "\"";
}

}  // namespace windlass::project
