#include "hook/settings/settings.hpp"

#include "core/base/text.hpp"

namespace windlass::hook {

migrations::NamingRules naming_rules(const Settings& settings) {
  return {.versioned_prefix = settings.sql_migration_prefix,
          .undo_prefix = settings.undo_sql_migration_prefix,
          .repeatable_prefix = settings.repeatable_sql_migration_prefix,
          .baseline_prefix = settings.baseline_migration_prefix,
          .separator = settings.sql_migration_separator,
          .suffixes = settings.sql_migration_suffixes};
}

migrations::SetRules set_rules(const Settings& settings) {
  migrations::PlaceholderRules placeholders{.enabled = settings.placeholder_replacement,
                                            .prefix = settings.placeholder_prefix,
                                            .suffix = settings.placeholder_suffix,
                                            .values = {}};
  for (const auto& [name, value] : settings.placeholders) placeholders.values[to_lower(name)] = value;
  return {.naming = naming_rules(settings),
          .placeholders = std::move(placeholders),
          .encoding = settings.encoding,
          .validate_naming = settings.validate_migration_naming,
          .fail_on_missing_location = settings.fail_on_missing_locations};
}

migrations::PlanSettings plan_settings(const Settings& settings) {
  return {.target = settings.target,
          .out_of_order = settings.out_of_order,
          .ignore_patterns = settings.ignore_migration_patterns};
}

}  // namespace windlass::hook
