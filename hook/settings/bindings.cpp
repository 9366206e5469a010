#include "hook/settings/bindings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <limits>

#include "core/base/diagnostic.hpp"
#include "core/base/text.hpp"

namespace windlass::hook {
namespace {

using S = Settings;

const std::array kBindings{
    Binding{"settings", &S::settings},
    Binding{"database-url", &S::database_url},
    Binding{"direct-database-url", &S::direct_database_url},
    Binding{"database-host", &S::database_host},
    Binding{"database-port", &S::database_port},
    Binding{"database-name", &S::database_name},
    Binding{"database-user", &S::database_user},
    Binding{"database-password", &S::database_password},
    Binding{"connect-timeout", &S::connect_timeout},
    Binding{"proxy-quit-url", &S::proxy_quit_url},
    Binding{"locations", &S::locations},
    Binding{"layout", &S::layout},
    Binding{"verify-locations", &S::verify_locations},
    Binding{"default-schema", &S::default_schema},
    Binding{"schemas", &S::schemas},
    Binding{"create-schemas", &S::create_schemas},
    Binding{"history-table", &S::history_table},
    Binding{"target", &S::target},
    Binding{"script", &S::script},
    Binding{"out-of-order", &S::out_of_order},
    Binding{"defer-contract", &S::defer_contract},
    Binding{"validate-on-migrate", &S::validate_on_migrate},
    Binding{"validate-migration-naming", &S::validate_migration_naming},
    Binding{"fail-on-missing-locations", &S::fail_on_missing_locations},
    Binding{"ignore-migration-patterns", &S::ignore_migration_patterns},
    Binding{"baseline-version", &S::baseline_version},
    Binding{"baseline-description", &S::baseline_description},
    Binding{"baseline-on-migrate", &S::baseline_on_migrate},
    Binding{"installed-by", &S::installed_by},
    Binding{"encoding", &S::encoding},
    Binding{"sql-migration-prefix", &S::sql_migration_prefix},
    Binding{"undo-sql-migration-prefix", &S::undo_sql_migration_prefix},
    Binding{"repeatable-sql-migration-prefix", &S::repeatable_sql_migration_prefix},
    Binding{"baseline-migration-prefix", &S::baseline_migration_prefix},
    Binding{"sql-migration-separator", &S::sql_migration_separator},
    Binding{"sql-migration-suffixes", &S::sql_migration_suffixes},
    Binding{"placeholders", &S::placeholders},
    Binding{"placeholder-replacement", &S::placeholder_replacement},
    Binding{"placeholder-prefix", &S::placeholder_prefix},
    Binding{"placeholder-suffix", &S::placeholder_suffix},
    Binding{"skip-default-callbacks", &S::skip_default_callbacks},
    Binding{"expect-digest", &S::expect_digest},
    Binding{"expect-version", &S::expect_version},
    Binding{"tenants", &S::tenants},
    Binding{"tenant", &S::tenant},
    Binding{"tenant-list", &S::tenant_list},
    Binding{"tenant-kind", &S::tenant_kind},
    Binding{"tenant-digest", &S::tenant_digest},
    Binding{"tenant-shards", &S::tenant_shards},
    Binding{"tenant-index", &S::tenant_index},
    Binding{"tenant-deadline", &S::tenant_deadline},
    Binding{"environment", &S::environment},
    Binding{"dry-run", &S::dry_run},
    Binding{"lock-timeout", &S::lock_timeout},
    Binding{"statement-timeout", &S::statement_timeout},
    Binding{"batch", &S::batch},
    Binding{"retries", &S::retries},
    Binding{"deadline", &S::deadline},
    Binding{"lock-wait", &S::lock_wait},
    Binding{"lease-duration", &S::lease_duration},
    Binding{"guard-wait", &S::guard_wait},
    Binding{"allow-not-valid", &S::allow_not_valid},
    Binding{"confirm", &S::confirm},
    Binding{"safety-delay", &S::safety_delay},
    Binding{"backup-dir", &S::backup_dir},
    Binding{"backup-retention", &S::backup_retention},
    Binding{"output", &S::output},
    Binding{"log-format", &S::log_format},
    Binding{"log-level", &S::log_level},
    Binding{"termination-log", &S::termination_log},
    Binding{"run-labels", &S::run_labels},
};

// Settings whose value is one of a few words.
template <typename Value>
struct Word {
  std::string_view text;
  Value value;
};
constexpr std::array kOutputs{Word<OutputFormat>{"text", OutputFormat::kText},
                              Word<OutputFormat>{"json", OutputFormat::kJson}};
constexpr std::array kBatchings{Word<Batching>{"auto", Batching::kAuto},
                                Word<Batching>{"off", Batching::kOff}};
constexpr std::array kFormats{Word<log::Format>{"auto", log::Format::kAuto},
                              Word<log::Format>{"text", log::Format::kText},
                              Word<log::Format>{"json", log::Format::kJson}};
constexpr std::array kLevels{
    Word<log::Level>{"debug", log::Level::kDebug}, Word<log::Level>{"info", log::Level::kInfo},
    Word<log::Level>{"warning", log::Level::kWarning}, Word<log::Level>{"error", log::Level::kError}};
constexpr std::array kBools{Word<bool>{"true", true}, Word<bool>{"false", false}};

constexpr const auto& words(OutputFormat) { return kOutputs; }
constexpr const auto& words(Batching) { return kBatchings; }
constexpr const auto& words(log::Format) { return kFormats; }
constexpr const auto& words(log::Level) { return kLevels; }
constexpr const auto& words(bool) { return kBools; }

using Fault = std::optional<ValueFault>;

template <typename Value>
Fault parse_word(std::string_view text, Value& value) {
  std::vector<std::string> choices;
  for (const auto& word : words(Value{})) {
    if (word.text == text) {
      value = word.value;
      return std::nullopt;
    }
    choices.emplace_back(word.text);
  }
  return ValueFault{fmt::format("\"{}\" is none of {}", text, join(choices, ", ")), ""};
}

Fault parse_count(std::string_view text, int& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= 0) return std::nullopt;
  value = 0;
  return ValueFault{
      fmt::format("\"{}\" is not a whole number from 0 to {}", text, std::numeric_limits<int>::max()),
      text.starts_with("tcp://")
          ? "Kubernetes puts it there for a Service of that name; set enableServiceLinks: false on the pod."
          : ""};
}

Fault parse_milliseconds(std::string_view text, Milliseconds& value) {
  const auto parsed = parse_duration(text);
  if (!parsed) {
    return ValueFault{fmt::format("\"{}\" is not a duration", text), "Write it as 500ms, 30s, 15m or 1h30m."};
  }
  // PostgreSQL's timeouts are 32-bit milliseconds, and 24 days are enough for every other wait.
  if (parsed->count() > std::numeric_limits<int>::max()) {
    return ValueFault{fmt::format("\"{}\" is longer than 24 days", text), ""};
  }
  value = *parsed;
  return std::nullopt;
}

Fault parse_map(const std::vector<std::string>& pieces, std::map<std::string, std::string>& value) {
  for (const auto& piece : pieces) {
    const auto equals = piece.find('=');
    const auto name = std::string(trim(std::string_view(piece).substr(0, equals)));
    if (equals == std::string::npos || name.empty()) {
      return ValueFault{"an entry is not name=value", "Write each entry as name=value."};
    }
    if (!value.emplace(name, piece.substr(equals + 1)).second) {
      return ValueFault{fmt::format("{} is given twice", name), ""};
    }
  }
  return std::nullopt;
}

// Assigns to one member, whatever its type.
struct Assign {
  Settings& settings;
  const std::vector<std::string>& pieces;
  const std::string& text = pieces.front();

  Fault operator()(std::vector<std::string> S::*member) const {
    settings.*member = pieces;
    return std::nullopt;
  }
  Fault operator()(std::map<std::string, std::string> S::*member) const {
    settings.*member = {};
    return parse_map(pieces, settings.*member);
  }
  Fault operator()(std::optional<int> S::*member) const {
    int number = 0;
    auto fault = parse_count(text, number);
    settings.*member = fault ? std::nullopt : std::optional(number);
    return fault;
  }
  Fault operator()(std::string S::*member) const { return settings.*member = text, std::nullopt; }
  Fault operator()(std::filesystem::path S::*member) const { return settings.*member = text, std::nullopt; }
  Fault operator()(Secret S::*member) const { return settings.*member = Secret(text), std::nullopt; }
  Fault operator()(int S::*member) const { return parse_count(text, settings.*member); }
  Fault operator()(Milliseconds S::*member) const { return parse_milliseconds(text, settings.*member); }
  template <typename Value>
  Fault operator()(Value S::*member) const {
    return parse_word(text, settings.*member);
  }
};

struct Display {
  const Settings& settings;

  std::string operator()(std::vector<std::string> S::*member) const { return join(settings.*member, ","); }
  std::string operator()(std::map<std::string, std::string> S::*member) const {
    std::vector<std::string> entries;
    for (const auto& [name, value] : settings.*member) entries.push_back(name + "=" + value);
    return join(entries, ",");
  }
  std::string operator()(std::optional<int> S::*member) const {
    return settings.*member ? std::to_string(*(settings.*member)) : "";
  }
  std::string operator()(std::string S::*member) const { return settings.*member; }
  std::string operator()(std::filesystem::path S::*member) const { return (settings.*member).string(); }
  std::string operator()(Secret S::*member) const { return (settings.*member).empty() ? "" : "(set)"; }
  std::string operator()(int S::*member) const { return std::to_string(settings.*member); }
  std::string operator()(Milliseconds S::*member) const { return format_duration(settings.*member); }
  template <typename Value>
  std::string operator()(Value S::*member) const {
    for (const auto& word : words(Value{})) {
      if (word.value == settings.*member) return std::string(word.text);
    }
    std::abort();  // an enumerator without a word
  }
};

}  // namespace

std::span<const Binding> bindings() { return kBindings; }

const Member& member_of(std::string_view name) {
  const auto* const found = std::find_if(kBindings.begin(), kBindings.end(),
                                         [&](const Binding& binding) { return binding.name == name; });
  if (found == kBindings.end()) std::abort();  // a row without a member: the unit test forbids it
  return found->member;
}

std::vector<std::string> split_value(const SettingRow& row, std::string_view text) {
  if (row.kind != SettingKind::kList && row.kind != SettingKind::kMap) return {std::string(text)};
  std::vector<std::string> pieces;
  for (const auto& piece : split(text, ',')) {
    if (!trim(piece).empty()) pieces.emplace_back(trim(piece));
  }
  return pieces;
}

std::optional<ValueFault> assign(Settings& settings, const SettingRow& row,
                                 const std::vector<std::string>& pieces) {
  static const std::string kNothing;
  return std::visit(Assign{settings, pieces, pieces.empty() ? kNothing : pieces.front()},
                    member_of(row.name));
}

std::string display_value(const Settings& settings, const SettingRow& row) {
  return std::visit(Display{settings}, member_of(row.name));
}

}  // namespace windlass::hook
