#include "core/project/settings_file.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "core/base/text.hpp"
#include "core/contract/settings.hpp"
#include "core/project/check.hpp"
#include "core/project/document.hpp"
#include "core/project/format.hpp"
#include "core/project/keys.hpp"

namespace windlass::project {
namespace {

const SettingRow* find_row(const std::string& key) {
  for (const auto& row : setting_table()) {
    const std::string name = setting_file_key(row.name);
    if (name == key || snake_case(name) == key) return &row;
  }
  return nullptr;
}

std::string unknown_help(const std::string& key) {
  constexpr std::size_t kLongestName = 64;
  std::vector<std::string> names;
  for (const auto& row : setting_table()) names.push_back(setting_file_key(row.name));
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const auto near = key.size() <= kLongestName ? nearest(key, candidates) : std::string_view();
  return near.empty() ? "windlass-hook --help lists the settings."
                      : fmt::format("Did you mean \"{}\"?", near);
}

class SettingsReader {
 public:
  SettingsReader(const Source& source, SettingsFile& result) : source_(source), result_(result) {}

  void read(const Node& root) {
    if (root.kind != NodeKind::kMap) {
      add(root, fmt::format("the file must be a map of settings, not {}", described(root)));
      return;
    }
    for (const auto& member : root.members) read_member(member);
  }

 private:
  void add(const Node& node, std::string message, std::string help = {}) {
    result_.diagnostics.add(source_.fault(node.offset, node.length, std::move(message), std::move(help)));
  }

  void read_member(const Member& member) {
    const SettingRow* row = find_row(member.key->text);
    if (row == nullptr) {
      add(*member.key, fmt::format("unknown setting {}", in_quotes(member.key->text)),
          unknown_help(member.key->text));
      return;
    }
    if (const auto [first, fresh] = seen_.emplace(row, member.key); !fresh) {
      if (member.merged) return;
      add(*member.key,
          fmt::format("duplicate setting {}, first on line {}", in_quotes(member.key->text),
                      source_.position(first->second->offset).line),
          "Remove one of the two.");
      return;
    }
    if (row->kind == SettingKind::kSecret || row->name == "settings") return refuse(*member.key, *row);
    read_value(*member.value, *member.key, *row);
  }

  void refuse(const Node& key, const SettingRow& row) {
    if (row.name == "settings") {
      add(key, "a settings file cannot name another one", "Write the settings here.");
      return;
    }
    auto fault = source_.fault(
        key.offset, key.length, fmt::format("no credentials in this file: {}", key.text),
        fmt::format("Set {}_FILE to a file that holds it.", setting_environment_name(row.name)));
    fault.source.clear();
    result_.diagnostics.add(std::move(fault));
  }

  void read_value(const Node& node, const Node& key, const SettingRow& row) {
    if (node.kind == NodeKind::kNull) {
      add(key, fmt::format("{} has no value", key.text), "Give it one, or remove the key.");
      return;
    }
    FileSetting setting{std::string(row.name), {}, source_.position(node.offset), {}};
    const auto before = result_.diagnostics.error_count();
    if (row.kind == SettingKind::kList) {
      setting.items = list_items(node, key.text);
    } else if (row.kind == SettingKind::kMap) {
      setting.items = map_items(node, key.text);
    } else {
      read_scalar(node, key.text, row.kind);
      setting.value = node.text;
    }
    if (!setting.items.empty()) setting.value = join(setting.items, ",");
    if (result_.diagnostics.error_count() == before) result_.settings.push_back(std::move(setting));
  }

  std::vector<std::string> list_items(const Node& node, const std::string& key) {
    std::vector<std::string> items;
    if (node.kind != NodeKind::kList) {
      add(node, fmt::format("{} must be a list, not {}", key, described(node)),
          node.kind == NodeKind::kScalar ? fmt::format("Write [{}] if it is one item.", described(node))
                                         : std::string());
      return items;
    }
    for (const Node* item : node.items) {
      if (check_text(*item, key, Format::kListWord)) items.push_back(item->text);
    }
    return items;
  }

  std::vector<std::string> map_items(const Node& node, const std::string& key) {
    std::vector<std::string> items;
    if (node.kind != NodeKind::kMap) {
      add(node, fmt::format("{} must be a map, not {}", key, described(node)));
      return items;
    }
    std::map<std::string_view, const Node*> seen;
    for (const auto& member : node.members) {
      const std::string& name = member.key->text;
      if (!seen.emplace(name, member.key).second) {
        add(*member.key, fmt::format("duplicate name {} in {}", in_quotes(name), key),
            "Remove one of the two.");
      } else if (!fits(Format::kPlaceholder, name)) {
        add(*member.key,
            fmt::format("the name {} in {} {}", in_quotes(name), key, format_row(Format::kPlaceholder).must));
      } else if (check_text(*member.value, fmt::format("{}.{}", key, name), Format::kText)) {
        items.push_back(name + "=" + member.value->text);
      }
    }
    return items;
  }

  // Whether the node is text of the format; a fault is added when it is not.
  bool check_text(const Node& node, const std::string& shown, Format format) {
    if (node.kind != NodeKind::kScalar) {
      add(node, fmt::format("{} must be text, not {}", shown, described(node)));
    } else if (node.plain && reads_as_boolean(node.text)) {
      add(node, fmt::format("{} is {} without quotes, which YAML may read as a boolean", shown, node.text),
          fmt::format("Write \"{}\".", node.text));
    } else if (!fits(format, node.text)) {
      add(node, fmt::format("{} {}, not {}", shown, format_row(format).must, in_quotes(node.text)));
    } else {
      return true;
    }
    return false;
  }

  void read_scalar(const Node& node, const std::string& key, SettingKind kind) {
    if (kind == SettingKind::kBool || kind == SettingKind::kCount) {
      const bool right = node.kind == NodeKind::kScalar && node.plain &&
                         (kind == SettingKind::kBool ? node.text == "true" || node.text == "false"
                                                     : parse_number(node.text).value_or(-1) >= 0);
      if (right) return;
      add(node, fmt::format("{} must be {}, not {}", key,
                            kind == SettingKind::kBool ? "true or false" : "a whole number, 0 or more",
                            described(node)));
      return;
    }
    check_text(node, key, kind == SettingKind::kDuration ? Format::kDuration : Format::kText);
  }

  const Source& source_;
  SettingsFile& result_;
  std::map<const SettingRow*, const Node*> seen_;
};

}  // namespace

SettingsFile parse_settings_file(std::string_view text, const std::string& file) {
  SettingsFile result;
  const Source source(text, file);
  const Document document = parse_document(source);
  result.diagnostics = document.faults;
  if (document.root != nullptr) SettingsReader(source, result).read(*document.root);
  result.diagnostics.sort();
  return result;
}

}  // namespace windlass::project
