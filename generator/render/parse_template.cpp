#include "generator/render/parse_template.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <utility>

#include "generator/render/read/load_yaml.hpp"

namespace windlass::generator {
namespace {

// Far above any manifest: they stop aliases that explode or contain themselves.
constexpr std::size_t kMaxNodes = 10'000;
constexpr int kMaxDepth = 64;

class Converter {
 public:
  Converter(std::string_view text, const std::string& file) : text_(text) { parsed_.result.file = file; }

  ParsedTemplate run(const YAML::Node& root) {
    if (!root.IsMap()) {
      fault(root, "a template is a map", "Begin with apiVersion and kind, as the built-in template does.");
    } else {
      parsed_.result.tree = convert(root);
    }
    return std::move(parsed_);
  }

  void fault(const YAML::Mark& mark, std::string message, std::string help) {
    Diagnostic diagnostic{Severity::kError, place(mark), std::move(message), std::move(help)};
    if (mark.pos >= 0) diagnostic.source = line_at(text_, static_cast<std::size_t>(mark.pos));
    parsed_.diagnostics.add(std::move(diagnostic));
  }

  ParsedTemplate take() { return std::move(parsed_); }

 private:
  Position place(const YAML::Mark& mark) const {
    return mark.is_null() ? Position{parsed_.result.file, 0, 0}
                          : Position{parsed_.result.file, mark.line + 1, mark.column + 1};
  }

  void fault(const YAML::Node& node, std::string message, std::string help) {
    fault(node.Mark(), std::move(message), std::move(help));
  }

  Tree convert(const YAML::Node& node) {
    if (too_large_) return {};
    if (++nodes_ > kMaxNodes || depth_ == kMaxDepth) {
      too_large_ = true;
      fault(node, "the template is too large or too deep", "Look for an alias that contains itself.");
      return {};
    }
    ++depth_;
    Tree tree = convert_node(node);
    --depth_;
    return tree;
  }

  Tree convert_node(const YAML::Node& node) {
    if (node.IsMap()) return convert_map(node);
    if (node.IsScalar()) return convert_scalar(node);
    if (node.IsSequence()) {
      List list;
      for (const auto& item : node) list.push_back(convert(item));
      return list;
    }
    fault(node, "an item has no value", "Write a value or a placeholder, or leave the item out.");
    return {};
  }

  Tree convert_map(const YAML::Node& node) {
    Members members;
    for (const auto& entry : node) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
      if (key.empty() || key.find("${") != std::string::npos) {
        fault(entry.first, "a key is plain text",
              "A placeholder stands for a value; put it behind the colon.");
        continue;
      }
      if (entry.second.IsNull()) {
        fault(entry.first, fmt::format("{} has no value", key),
              "Write a value or a placeholder, or leave the key out.");
        continue;
      }
      for (const auto& member : members) {
        if (member.key == key)
          fault(entry.first, fmt::format("'{}' stands here twice", key), "Leave one of them out.");
      }
      members.push_back({key, convert(entry.second)});
    }
    return members;
  }

  Tree convert_scalar(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    if (const auto name = placeholder_name(text); !name.empty()) {
      parsed_.result.placeholders.try_emplace(std::string(name), place(node.Mark()));
      return text;
    }
    if (text.find("${") != std::string::npos) {
      fault(node, "a placeholder must be the whole value",
            "Write key: ${name}; text around a placeholder belongs into the configuration.");
    }
    if (node.Tag() != "?") return text;  // quoted
    if (text == "true" || text == "false") return text == "true";
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return number;
    return text;
  }

  std::string_view text_;
  ParsedTemplate parsed_;
  std::size_t nodes_ = 0;
  int depth_ = 0;
  bool too_large_ = false;
};

}  // namespace

std::string_view placeholder_name(std::string_view text) {
  constexpr std::string_view kNameCharacters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  if (text.size() < 4 || text.substr(0, 2) != "${" || text.back() != '}') return {};
  const auto name = text.substr(2, text.size() - 3);
  return name.find_first_not_of(kNameCharacters) == std::string_view::npos ? name : std::string_view();
}

ParsedTemplate parse_template(std::string_view text, const std::string& file) {
  Converter converter(text, file);
  try {
    const auto documents = load_yaml(std::string(text));
    if (documents.size() == 1) return converter.run(documents.front());
    converter.fault(YAML::Mark::null_mark(),
                    fmt::format("{} YAML documents in one template", documents.size()), "Write exactly one.");
  } catch (const YAML::Exception& error) {
    converter.fault(error.mark, "not YAML: " + error.msg, "");
  }
  return converter.take();
}

}  // namespace windlass::generator
