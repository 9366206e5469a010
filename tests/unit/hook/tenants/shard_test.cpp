#include "hook/tenants/shard.hpp"

#include <catch2/catch.hpp>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "hook/settings/load.hpp"

namespace windlass::hook {
namespace {

struct List {
  TemporaryDirectory folder{"tenants-"};
  Settings settings = load_settings({}, {}, {}).settings;

  explicit List(std::string_view text) {
    settings.tenant_list = folder.path() / "tenants.txt";
    write_file_atomically(settings.tenant_list, text);
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& tenant : tenants_of(settings)) names.push_back(tenant.name);
    return names;
  }
  // "78 message".
  template <typename Act>
  static std::string refusal(const Act& act) {
    try {
      act();
    } catch (const Error& error) {
      return std::to_string(static_cast<int>(error.code())) + " " + error.what();
    }
    return "";
  }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("every tenant is in one shard, and without an index all are taken") {
  List list("d\nb\nc\na\n");
  CHECK(list.names() == Names{"a", "b", "c", "d"});
  list.settings.tenant_shards = 3;
  Names all;
  for (int index = 0; index < 3; ++index) {
    list.settings.tenant_index = index;
    for (const auto& name : list.names()) all.push_back(name);
  }
  std::sort(all.begin(), all.end());
  CHECK(all == Names{"a", "b", "c", "d"});
}

TEST_CASE("a list that cannot be used is refused before any tenant") {
  List list("a\n");
  const auto refusal = [&] { return List::refusal([&] { tenants_of(list.settings); }); };
  list.settings.tenant_digest = std::string(64, '0');
  CHECK(refusal() == "65 the mounted list of tenants has digest " + sha256_hex("a\n") +
                         ", this job was made for " + std::string(64, '0'));
  list.settings.tenant_digest = sha256_hex("a\n");
  CHECK(refusal().empty());
  list.settings.tenant_shards = 2;
  list.settings.tenant_index = 2;
  CHECK(refusal() == "78 tenant-index 2 is none of 2 shards");
  list.settings.tenant_list.clear();
  CHECK(refusal() == "78 tenants needs tenant-list");
  CHECK(List::refusal([] { tenants_of(List("a\na\n").settings); }) == "78 the list of tenants has 2 faults");
}

TEST_CASE("a tenant has its own schema or its own database, and the rest of the settings") {
  List list("acme=t1\n");
  list.settings.tenant = "acme";
  const auto tenant = one_tenant(list.settings);
  CHECK(tenant.place == "t1");
  const Settings schema = settings_of(list.settings, tenant);
  CHECK(schema.default_schema == "t1");
  CHECK(schema.schemas == Names{"t1"});
  CHECK(schema.run_labels.at("tenant") == "acme");

  list.settings.tenant_kind = "database";
  list.settings.database_url = Secret("postgresql://pooled/shop");
  CHECK(settings_of(list.settings, tenant).database_name == "t1");
  CHECK(settings_of(list.settings, tenant).default_schema.empty());
  list.settings.direct_database_url = Secret("postgresql://direct/shop");
  const Settings direct = settings_of(list.settings, tenant);
  CHECK(direct.database_name == "t1");
  CHECK(direct.direct_database_url.empty());
  CHECK(direct.database_url.reveal() == "postgresql://direct/shop");

  list.settings.tenant = "bolt";
  CHECK(List::refusal([&] { one_tenant(list.settings); }) ==
        "78 bolt is no tenant of " + list.settings.tenant_list.string());
  list.settings.tenant_list.clear();
  CHECK(one_tenant(list.settings).place == "bolt");
}

}  // namespace windlass::hook
