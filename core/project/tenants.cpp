#include "core/project/tenants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/digest.hpp"
#include "core/base/text.hpp"

namespace windlass::project {
namespace {

constexpr std::size_t kLongestName = 63;

class TenantReader {
 public:
  explicit TenantReader(const std::string& file) : file_(file) {}

  TenantList run(std::string_view text) {
    int line = 0;
    for (std::string_view each : split(text, '\n')) {
      if (each.ends_with('\r')) each.remove_suffix(1);
      read(each, ++line);
    }
    if (list_.tenants.empty() && list_.diagnostics.empty())
      report(0, "there is no tenant in this list", "Write a name a line.", "");
    std::sort(list_.tenants.begin(), list_.tenants.end(),
              [](const Tenant& a, const Tenant& b) { return a.name < b.name; });
    return std::move(list_);
  }

 private:
  void read(std::string_view line, int number) {
    const std::string_view said = trim(line);
    if (said.empty() || said.starts_with('#')) return;
    const auto equals = said.find('=');
    const std::string name(trim(said.substr(0, equals)));
    const std::string place(equals == std::string_view::npos ? name : trim(said.substr(equals + 1)));
    if (!is_name(name) || !is_name(place)) {
      return report(number, "this is no tenant",
                    "Write name, or name=place; each has 1 to 63 bytes and no control characters.", line);
    }
    const auto check = [&](std::map<std::string, int>& seen, const std::string& key, std::string_view what) {
      const auto [found, is_new] = seen.emplace(key, number);
      if (!is_new)
        report(number, fmt::format("{} {} is taken by line {}", what, key, found->second),
               "Remove one of the two.", line);
    };
    check(names_, name, "the name");
    check(places_, place, "the place");
    list_.tenants.push_back({name, place});
  }

  static bool has_controls(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  }

  static bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= kLongestName && is_valid_utf8(name) && !has_controls(name);
  }

  void report(int line, std::string message, std::string help, std::string_view source) {
    list_.diagnostics.add({Severity::kError,
                           {file_, line, line == 0 ? 0 : 1},
                           std::move(message),
                           std::move(help),
                           std::string(has_controls(source) ? "" : source.substr(0, 200))});
  }

  const std::string& file_;
  TenantList list_;
  std::map<std::string, int> names_;
  std::map<std::string, int> places_;
};

}  // namespace

std::string_view tenant_kind_name(TenantKind kind) {
  return kind == TenantKind::kSchema ? "schema" : "database";
}

TenantList parse_tenants(std::string_view text, const std::string& file) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return TenantReader(file).run(text);
}

std::size_t shard_of(std::string_view name, std::size_t shards) {
  constexpr int kHex = 16;
  return std::stoul(sha256_hex(name).substr(0, 8), nullptr, kHex) % shards;
}

}  // namespace windlass::project
