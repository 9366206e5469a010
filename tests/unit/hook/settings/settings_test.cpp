#include "hook/settings/settings.hpp"

#include <catch2/catch.hpp>

#include "hook/settings/load.hpp"

using namespace windlass;
using namespace windlass::hook;

TEST_CASE("the defaults are those of Flyway") {
  const auto settings = load_settings(Phase::kMigrate, {}, {}).settings;
  const auto rules = set_rules(settings);
  const migrations::NamingRules flyway;
  CHECK(rules.naming.versioned_prefix == flyway.versioned_prefix);
  CHECK(rules.naming.undo_prefix == flyway.undo_prefix);
  CHECK(rules.naming.repeatable_prefix == flyway.repeatable_prefix);
  CHECK(rules.naming.baseline_prefix == flyway.baseline_prefix);
  CHECK(rules.naming.separator == flyway.separator);
  CHECK(rules.naming.suffixes == flyway.suffixes);
  CHECK(rules.placeholders.enabled);
  CHECK(rules.placeholders.prefix == "${");
  CHECK(rules.placeholders.suffix == "}");
  CHECK(rules.encoding == "UTF-8");
  CHECK_FALSE(rules.validate_naming);
  CHECK(rules.fail_on_missing_location);
  const auto plan = plan_settings(settings);
  CHECK(plan.target == "latest");
  CHECK_FALSE(plan.out_of_order);
  CHECK(plan.ignore_patterns == std::vector<std::string>{"*:future"});
}

TEST_CASE("what is set reaches the scripts and the plan") {
  const auto settings = load_settings(Phase::kMigrate,
                                      {{"placeholders", {"Tenant=A"}},
                                       {"placeholder-prefix", {"#["}},
                                       {"placeholder-suffix", {"]"}},
                                       {"placeholder-replacement", {"false"}},
                                       {"sql-migration-suffixes", {".sql,.pgsql"}},
                                       {"validate-migration-naming", {"true"}},
                                       {"fail-on-missing-locations", {"false"}},
                                       {"target", {"3"}},
                                       {"out-of-order", {"true"}},
                                       {"ignore-migration-patterns", {"*:missing"}}},
                                      {})
                            .settings;
  const auto rules = set_rules(settings);
  CHECK(rules.placeholders.values == std::map<std::string, std::string>{{"tenant", "A"}});
  CHECK(rules.placeholders.prefix == "#[");
  CHECK(rules.placeholders.suffix == "]");
  CHECK_FALSE(rules.placeholders.enabled);
  CHECK(rules.naming.suffixes == std::vector<std::string>{".sql", ".pgsql"});
  CHECK(rules.validate_naming);
  CHECK_FALSE(rules.fail_on_missing_location);
  const auto plan = plan_settings(settings);
  CHECK(plan.target == "3");
  CHECK(plan.out_of_order);
  CHECK(plan.ignore_patterns == std::vector<std::string>{"*:missing"});
}
