#include "core/project/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "core/base/text.hpp"
#include "core/project/data.hpp"
#include "core/project/keys.hpp"

namespace windlass::project {
namespace {

constexpr std::size_t kLongestName = 64;        // of a key that is looked up for "did you mean"
constexpr std::size_t kMostEnvironments = 100;  // each is merged and checked as a whole

std::string below_of(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

std::string in_place(const std::string& path) { return path.empty() ? "at the top level" : "in " + path; }

// What of the formats a user can look up: the allowed values, else the format's own words.
std::string requirement(const Key& key, Format format) {
  if (format == Format::kChoice) {
    return fmt::format("must be {}{}", key.allowed.size() == 1 ? "" : "one of ",
                       fmt::join(key.allowed, ", "));
  }
  if (format == Format::kNumber)
    return fmt::format("must be a whole number from {} to {}", key.low, key.high);
  return std::string(format_row(format).must);
}

class Checker {
 public:
  Checker(const Source& source, Diagnostics& diagnostics) : source_(source), diagnostics_(diagnostics) {}

  // `path` leads to the rows in the key table, `shown` is what the user reads.
  Value section(const Node& node, const std::string& path, const std::string& shown) {
    Value value = begin_value(node);
    if (!expect(node, NodeKind::kMap, shown.empty() ? "the file" : shown, "a map", value)) return value;
    const auto& keys = keys_below(path);
    std::map<const Key*, const Node*> seen;
    for (const auto& member : node.members) {
      const Key* key = find_key(keys, member.key->text);
      if (key == nullptr) {
        unknown_key(*member.key, keys, path, shown);
        continue;
      }
      if (const auto [first, fresh] = seen.emplace(key, member.key); !fresh) {
        if (!member.merged) duplicate_key(*member.key, *first->second);
        continue;
      }
      const std::string below = below_of(shown, key->name());
      value.members.emplace_back(key->name(), member_value(member, *key, below));
    }
    return value;
  }

 private:
  static Value begin_value(const Node& node) {
    return Value{.kind = node.kind, .given = true, .offset = node.offset, .length = node.length};
  }

  void add(const Node& node, std::string message, std::string help = {}) {
    diagnostics_.add(source_.fault(node.offset, node.length, std::move(message), std::move(help)));
  }

  static const Key* find_key(const std::vector<const Key*>& keys, const std::string& name) {
    const auto found = std::find_if(keys.begin(), keys.end(), [&](const Key* key) {
      return key->name() == name || snake_case(key->name()) == name;
    });
    return found == keys.end() ? nullptr : *found;
  }

  void duplicate_key(const Node& key, const Node& first) {
    const int line = source_.position(first.offset).line;
    const auto message = key.text == first.text
                             ? fmt::format("duplicate key {}, first on line {}", in_quotes(key.text), line)
                             : fmt::format("duplicate key {}: {} on line {} is the same", in_quotes(key.text),
                                           in_quotes(first.text), line);
    add(key, message, "Remove one of the two.");
  }

  void unknown_key(const Node& key, const std::vector<const Key*>& keys, const std::string& path,
                   const std::string& shown) {
    add(key, fmt::format("unknown key {} {}", in_quotes(key.text), in_place(shown)),
        unknown_key_help(key.text, keys, path));
  }

  std::string unknown_key_help(const std::string& name, const std::vector<const Key*>& keys,
                               const std::string& path) {
    if (path == "spec.databases.*.connection" && (name == "password" || name == "url")) {
      return fmt::format("No credentials in this file: name a Secret by {}Secret.", name);
    }
    std::vector<std::string> names;
    for (const Key* key : keys) names.emplace_back(key->name());
    const bool snake = name.find('_') != std::string::npos;
    std::vector<std::string> spelled;
    for (const auto& known : names) spelled.push_back(snake ? snake_case(known) : known);
    if (name.size() <= kLongestName) {
      const std::vector<std::string_view> candidates(spelled.begin(), spelled.end());
      if (const auto near = nearest(name, candidates); !near.empty())
        return fmt::format("Did you mean \"{}\"?", near);
      for (const auto& key : key_table()) {
        const bool fixed_place =
            key.path.find('*') == std::string::npos && key.path.find('[') == std::string::npos;
        if (fixed_place && (key.name() == name || snake_case(key.name()) == name)) {
          return fmt::format("This key belongs under {}.", key.path.substr(0, key.path.rfind('.')));
        }
      }
    }
    return fmt::format("Known here: {}.", join(names, ", "));
  }

  bool expect(const Node& node, NodeKind kind, const std::string& shown, std::string_view wanted,
              Value& value) {
    if (node.kind == kind) return true;
    const bool lone_item = kind == NodeKind::kList && node.kind == NodeKind::kScalar;
    add(node, fmt::format("{} must be {}, not {}", shown, wanted, described(node)),
        lone_item ? fmt::format("Write [{}] if it is one item.", described(node)) : std::string());
    value.faulty = true;
    return false;
  }

  Value member_value(const Member& member, const Key& key, const std::string& shown) {
    if (member.value->kind == NodeKind::kNull && key.shape != Shape::kAnyData) {
      return no_value(*member.key, shown);
    }
    return shaped(*member.value, key, shown);
  }

  Value no_value(const Node& key, const std::string& shown) {
    add(key, fmt::format("{} has no value", shown), "Give it one, or remove the key.");
    Value value = begin_value(key);
    value.faulty = true;
    return value;
  }

  Value shaped(const Node& node, const Key& key, const std::string& shown) {
    switch (key.shape) {
      case Shape::kSection: return section(node, key.path, shown);
      case Shape::kSections:
      case Shape::kOverlays:
        return named(node, key, shown, [&](const Member& member, const std::string& below) {
          return key.shape == Shape::kOverlays ? environment(member, key, below)
                                               : section(*member.value, key.path + ".*", below);
        });
      case Shape::kMap:
        return named(node, key, shown, [&](const Member& member, const std::string& below) {
          return scalar(*member.value, key, below);
        });
      case Shape::kList:
        return list(node, shown,
                    [&](const Node& item, const std::string& at) { return scalar(item, key, at); });
      case Shape::kItems:
        return list(node, shown, [&](const Node& item, const std::string& at) {
          return section(item, key.path + ".[]", at);
        });
      case Shape::kData: return data(node, shown);
      case Shape::kAnyData: return check_data(node, shown, source_, diagnostics_);
      case Shape::kValue: break;
    }
    return scalar(node, key, shown);
  }

  Value data(const Node& node, const std::string& shown) {
    Value value = begin_value(node);
    if (!expect(node, NodeKind::kMap, shown, "a map", value)) return value;
    return check_data(node, shown, source_, diagnostics_);
  }

  template <typename Read>
  Value named(const Node& node, const Key& key, const std::string& shown, const Read& read) {
    Value value = begin_value(node);
    if (!expect(node, NodeKind::kMap, shown, "a map", value)) return value;
    if (key.shape == Shape::kOverlays && node.members.size() > kMostEnvironments) {
      add(node, fmt::format("{} holds {} environments, more than {}", shown, node.members.size(),
                            kMostEnvironments));
      return value;
    }
    std::map<std::string_view, const Node*> seen;
    for (const auto& member : node.members) {
      const std::string& name = member.key->text;
      if (const auto [first, fresh] = seen.emplace(name, member.key); !fresh) {
        duplicate_key(*member.key, *first->second);
        continue;
      }
      check_name(*member.key, key, shown);
      const bool missing = member.value->kind == NodeKind::kNull && key.shape != Shape::kOverlays;
      const std::string below = shown + "." + name;
      value.members.emplace_back(name, missing ? no_value(*member.key, below) : read(member, below));
    }
    return value;
  }

  void check_name(const Node& name, const Key& key, const std::string& shown) {
    const bool choice = key.names == Format::kChoice;
    if (choice ? is_allowed(name, key) : fits(key.names, name.text)) return;
    add(name, fmt::format("the name {} in {} {}", in_quotes(name.text), shown, requirement(key, key.names)),
        choice ? choice_help(name, key) : std::string());
  }

  Value environment(const Member& member, const Key& key, const std::string& shown) {
    const auto before = diagnostics_.list().size();
    Value value = member.value->kind == NodeKind::kNull ? Value{.kind = NodeKind::kMap, .given = true}
                                                        : section(*member.value, key.path + ".*", shown);
    if (diagnostics_.list().size() == before && !holds_anything(value)) {
      add(*member.key, fmt::format("environment {} overlays nothing", in_quotes(member.key->text)),
          "Say what differs there, or remove the environment.");
    }
    return value;
  }

  static bool holds_anything(const Value& value) {
    if (value.kind != NodeKind::kMap) return true;
    return std::any_of(value.members.begin(), value.members.end(),
                       [](const auto& member) { return holds_anything(member.second); });
  }

  template <typename Read>
  Value list(const Node& node, const std::string& shown, const Read& read) {
    Value value = begin_value(node);
    if (!expect(node, NodeKind::kList, shown, "a list", value)) return value;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      value.items.push_back(read(*node.items[i], fmt::format("{}[{}]", shown, i)));
    }
    return value;
  }

  Value scalar(const Node& node, const Key& key, const std::string& shown) {
    Value value = begin_value(node);
    value.text = node.text;
    if (!expect(node, NodeKind::kScalar, shown, noun(key.format), value)) return value;
    const auto before = diagnostics_.list().size();
    check_scalar(node, key, shown);
    value.faulty = diagnostics_.list().size() != before;
    return value;
  }

  static std::string noun(Format format) {
    const std::string type(format_row(format).type);
    return type == "text" ? type : (type.front() == 'i' || type.front() == 'a' ? "an " : "a ") + type;
  }

  void check_scalar(const Node& node, const Key& key, const std::string& shown) {
    switch (key.format) {
      case Format::kBool: return check_bool(node, shown);
      case Format::kNumber: return check_number(node, key, shown);
      case Format::kChoice: return check_choice(node, key, shown);
      default: break;
    }
    if (node.plain && reads_as_boolean(node.text)) {
      add(node, fmt::format("{} is {} without quotes, which YAML may read as a boolean", shown, node.text),
          fmt::format("Write \"{}\".", node.text));
    } else if (!fits(key.format, node.text)) {
      add(node, fmt::format("{} {}, not {}", shown, requirement(key, key.format), in_quotes(node.text)),
          unit_help(node, key.format));
    }
  }

  static std::string unit_help(const Node& node, Format format) {
    const bool duration =
        format == Format::kDuration || format == Format::kTimeout || format == Format::kSeconds;
    const auto number = parse_number(node.text);
    if (!duration || !number || *number < 0) return {};
    return *number == 0 && format == Format::kDuration
               ? "Write 0s."
               : fmt::format("Write {}s if seconds are meant.", *number);
  }

  void check_bool(const Node& node, const std::string& shown) {
    if (node.plain && (node.text == "true" || node.text == "false")) return;
    std::string help;
    const std::string word = to_lower(node.text);
    if (word == "true" || word == "yes" || word == "on" || word == "y") help = "Write true, without quotes.";
    if (word == "false" || word == "no" || word == "off" || word == "n")
      help = "Write false, without quotes.";
    add(node, fmt::format("{} must be true or false, not {}", shown, in_quotes(node.text)), help);
  }

  void check_number(const Node& node, const Key& key, const std::string& shown) {
    const auto number = parse_number(node.text);
    if (number && !node.plain) {
      add(node, fmt::format("{} is text, not a number", shown),
          fmt::format("Write {} without quotes.", *number));
    } else if (!number || *number < key.low || *number > key.high) {
      add(node, fmt::format("{} {}, not {}", shown, requirement(key, Format::kNumber), in_quotes(node.text)));
    }
  }

  void check_choice(const Node& node, const Key& key, const std::string& shown) {
    if (is_allowed(node, key)) return;
    if (std::find(key.planned.begin(), key.planned.end(), node.text) != key.planned.end()) {
      add(node, fmt::format("{} {} is not supported yet; supported: {}", shown, in_quotes(node.text),
                            fmt::join(key.allowed, ", ")));
      return;
    }
    add(node, fmt::format("{} {}, not {}", shown, requirement(key, Format::kChoice), in_quotes(node.text)),
        choice_help(node, key));
  }

  static bool is_allowed(const Node& node, const Key& key) {
    return std::find(key.allowed.begin(), key.allowed.end(), node.text) != key.allowed.end();
  }

  static std::string choice_help(const Node& node, const Key& key) {
    if (node.text.size() > kLongestName) return {};
    const auto near = nearest(node.text, key.allowed);
    return near.empty() ? std::string() : fmt::format("Did you mean \"{}\"?", near);
  }

  const Source& source_;
  Diagnostics& diagnostics_;
};

// Adds what is missing in the section at `path` of the key table and in the sections below it.
void find_missing(const Value& section, const std::string& path, const std::string& shown,
                  const Source& source, Diagnostics& diagnostics) {
  if (section.kind != NodeKind::kMap || section.faulty) return;
  for (const Key* key : keys_below(path)) {
    const Value* member = section.find(key->name());
    if (member == nullptr) {
      if (key->needed == Needed::kOptional) continue;
      diagnostics.add(source.fault(section.offset, section.length,
                                   fmt::format("key \"{}\" is missing {}", key->name(), in_place(shown)),
                                   key->help));
      continue;
    }
    const std::string below = below_of(shown, key->name());
    if (key->shape == Shape::kSection) find_missing(*member, key->path, below, source, diagnostics);
    for (std::size_t i = 0; key->shape == Shape::kItems && i < member->items.size(); ++i) {
      find_missing(member->items[i], key->path + ".[]", fmt::format("{}[{}]", below, i), source, diagnostics);
    }
    if (key->shape != Shape::kSections) continue;
    for (const auto& [name, child] : member->members) {
      find_missing(child, key->path + ".*", below + "." + name, source, diagnostics);
    }
  }
}

}  // namespace

bool reads_as_boolean(const std::string& plain) {
  constexpr std::array<std::string_view, 8> kWords = {"true", "false", "yes", "no", "on", "off", "y", "n"};
  const std::string word = to_lower(plain);
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

std::string described(const Node& node) {
  switch (node.kind) {
    case NodeKind::kNull: return "nothing";
    case NodeKind::kList: return "a list";
    case NodeKind::kMap: return "a map";
    case NodeKind::kScalar: break;
  }
  return in_quotes(node.text);
}

Value check_document(const Node& root, const Source& source, Diagnostics& diagnostics) {
  return Checker(source, diagnostics).section(root, "", "");
}

void check_complete(const Value& root, const Source& source, Diagnostics& diagnostics) {
  find_missing(root, "", "", source, diagnostics);
}

}  // namespace windlass::project
