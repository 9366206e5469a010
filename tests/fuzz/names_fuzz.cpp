// File names and versions: their order, their text, and what is refused.
#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <vector>

#include "core/base/text.hpp"
#include "core/migrations/script_name.hpp"
#include "core/migrations/script_order.hpp"
#include "core/migrations/version.hpp"
#include "tests/fuzz/promise.hpp"

namespace {

using windlass::fuzz::expect;
using windlass::migrations::NameFault;
using windlass::migrations::NamingRules;
using windlass::migrations::ScriptKind;
using windlass::migrations::ScriptName;
using windlass::migrations::Version;

// Digit by digit, from Flyway's rules and without the product's code: -1, 0, 1; parts that are missing are 0.
int compare_by_hand(std::string a, std::string b) {
  const auto next = [](std::string& rest) {
    const std::size_t end = std::min(rest.find_first_of("._"), rest.size());
    std::string part = rest.substr(0, end);
    rest.erase(0, end == rest.size() ? end : end + 1);
    part.erase(0, std::min(part.find_first_not_of('0'), part.size()));
    return part;
  };
  while (!a.empty() || !b.empty()) {
    const std::string x = next(a);
    const std::string y = next(b);
    if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

int sign(std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

bool is_version_by_hand(std::string_view text) {
  if (text.empty() || text == "9223372036854775807") return false;
  bool digit_before = false;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && ((c != '.' && c != '_') || !digit_before)) return false;
    digit_before = digit;
  }
  return digit_before;
}

void check_versions(const std::vector<std::string>& texts) {
  std::vector<Version> versions;
  for (const auto& text : texts) {
    const auto version = Version::parse(text);
    expect(version.has_value() == is_version_by_hand(text), "digits between dots are a version, nothing else",
           text);
    if (!version) continue;
    const auto again = Version::parse(version->text());
    expect(again && again->text() == version->text() && *again == *version, "parse(text(v)) is v", text);
    versions.push_back(*version);
  }
  for (const auto& a : versions) {
    for (const auto& b : versions) {
      expect(sign(a <=> b) == compare_by_hand(a.text(), b.text()), "versions compare part by part",
             a.text() + " " + b.text());
    }
  }
}

template <typename Less>
void check_order(const std::vector<std::string>& all, Less less) {
  for (const auto& a : all) {
    expect(!less(a, a), "nothing is less than itself", a);
    for (const auto& b : all) {
      expect(!less(a, b) || !less(b, a), "of two only one is less", a + "\n" + b);
      for (const auto& c : all) {
        expect(!less(a, b) || !less(b, c) || less(a, c), "less is transitive", a + "\n" + b + "\n" + c);
        const bool ab = !less(a, b) && !less(b, a);
        const bool bc = !less(b, c) && !less(c, b);
        expect(!ab || !bc || (!less(a, c) && !less(c, a)), "equal is transitive", a + "\n" + b + "\n" + c);
      }
    }
  }
}

void check_name(const std::string& file, const NamingRules& rules) {
  const auto parsed = parse_script_name(file, rules);
  const std::string lower = windlass::to_lower(file);
  const bool ends = std::any_of(rules.suffixes.begin(), rules.suffixes.end(), [&](const std::string& suffix) {
    return lower.ends_with(windlass::to_lower(suffix));
  });
  expect(parsed.has_value() == ends, "a script ends in a suffix, and what ends in one is looked at", file);
  if (!parsed) return;
  if (const auto* fault = std::get_if<NameFault>(&*parsed)) {
    expect(fault->message.find(file) != std::string::npos, "a refusal names the file", fault->message);
    return;
  }
  const auto& name = std::get<ScriptName>(*parsed);
  const bool versioned = name.kind == ScriptKind::kVersioned || name.kind == ScriptKind::kUndo ||
                         name.kind == ScriptKind::kBaseline;
  expect(name.version.has_value() == versioned, "V, U and B have a version, others have none", file);
  expect(name.event.empty() == (name.kind != ScriptKind::kCallback), "a callback has its event", file);
  expect(name.description.find('_') == std::string::npos, "underscores are blanks in a description", file);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  NamingRules rules;
  if (input.ConsumeBool()) {
    rules.versioned_prefix = input.ConsumeRandomLengthString(4);
    rules.undo_prefix = input.ConsumeRandomLengthString(4);
    rules.separator = input.ConsumeRandomLengthString(3) + "-";
    rules.suffixes.push_back("." + input.ConsumeRandomLengthString(4));
  }
  std::vector<std::string> texts;
  while (input.remaining_bytes() > 0 && texts.size() < 6)
    texts.push_back(input.ConsumeRandomLengthString(40));
  check_versions(texts);
  check_order(texts, [](const std::string& a, const std::string& b) {
    return windlass::migrations::compare_descriptions(a, b) < 0;
  });
  for (const auto& text : texts) {
    check_name(text, rules);
    check_name("V" + text + ".sql", NamingRules{});
    check_name("R__" + text + ".sql", NamingRules{});
  }
  return 0;
}
