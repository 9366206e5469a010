#include "core/project/data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <set>

#include "core/project/check.hpp"
#include "core/project/format.hpp"

namespace windlass::project {
namespace {

class Reader {
 public:
  Reader(const Source& source, Diagnostics& diagnostics) : source_(source), diagnostics_(diagnostics) {}

  Value read(const Node& node, const std::string& shown) {
    Value value{.kind = node.kind,
                .given = true,
                .plain = node.plain,
                .offset = node.offset,
                .length = node.length,
                .text = node.text};
    if (node.kind == NodeKind::kScalar && node.plain) check_plain(node, shown);
    for (std::size_t i = 0; i < node.items.size(); ++i)
      value.items.push_back(read(*node.items[i], fmt::format("{}[{}]", shown, i)));
    std::set<std::string_view> seen;
    for (const auto& member : node.members) {
      const std::string& key = member.key->text;
      if (!seen.insert(key).second) {
        if (!member.merged)
          add(*member.key, fmt::format("duplicate key {}", in_quotes(key)), "Remove one of the two.");
        continue;
      }
      value.members.emplace_back(key, read(*member.value, fmt::format("{}.{}", shown, key)));
    }
    return value;
  }

 private:
  void add(const Node& node, std::string message, std::string help) {
    diagnostics_.add(source_.fault(node.offset, node.length, std::move(message), std::move(help)));
  }

  void check_plain(const Node& node, const std::string& shown) {
    static const std::regex kWhole("-?(0|[1-9][0-9]*)");
    static const std::regex kLikeNumber(
        R"([-+]?([0-9][0-9_]*\.?[0-9_]*|\.[0-9]+)([eE][-+]?[0-9]+)?|0[xob][0-9A-Fa-f_]+|[-+]?\.(inf|nan))",
        std::regex::icase);
    constexpr std::size_t kLongestNumber = 64;  // what is longer is text to every reader
    const auto& text = node.text;
    if (text == "true" || text == "false" || text.size() > kLongestNumber) return;
    if (reads_as_boolean(text)) {
      add(node, fmt::format("{} is {} without quotes, which YAML may read as a boolean", shown, text),
          fmt::format("Write \"{}\".", text));
    } else if (std::regex_match(text, kWhole)) {
      if (!parse_number(text))
        add(node, fmt::format("{} is a number too large", shown), "Quote it if it is text.");
    } else if (std::regex_match(text, kLikeNumber)) {
      add(node, fmt::format("{} is {}, which is no whole decimal number", shown, text),
          fmt::format("Write \"{}\" if it is text, or the number in plain digits.", text));
    }
  }

  const Source& source_;
  Diagnostics& diagnostics_;
};

}  // namespace

Value check_data(const Node& node, const std::string& shown, const Source& source, Diagnostics& diagnostics) {
  return Reader(source, diagnostics).read(node, shown);
}

Data data_of(const Value& value, const Source& source) {
  Data data{
      .kind = value.kind, .text = value.text, .plain = value.plain, .place = source.position(value.offset)};
  for (const auto& item : value.items) data.items.push_back(data_of(item, source));
  for (const auto& [key, member] : value.members) data.members.emplace_back(key, data_of(member, source));
  return data;
}

}  // namespace windlass::project
