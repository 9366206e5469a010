#include "hook/tenants/shard.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"

namespace windlass::hook {
namespace {

std::vector<project::Tenant> read_list(const Settings& settings) {
  constexpr std::size_t kLongest = std::size_t{16} << 20U;
  const std::string text = read_file(settings.tenant_list, kLongest);
  const std::string digest = sha256_hex(text);
  if (!settings.tenant_digest.empty() && settings.tenant_digest != digest) {
    throw Error(ExitCode::kInvalidScripts,
                fmt::format("the mounted list of tenants has digest {}, this job was made for {}", digest,
                            settings.tenant_digest),
                "Render the manifests again and apply all of them together.");
  }
  auto list = project::parse_tenants(text, settings.tenant_list.string());
  if (!list.diagnostics.has_errors()) return std::move(list.tenants);
  throw Error(ExitCode::kConfiguration,
              fmt::format("the list of tenants has {}", counted(list.diagnostics.error_count(), "fault")),
              "Correct them; nothing was run.")
      .with_details(to_text(list.diagnostics));
}

std::size_t shards_of(const Settings& settings) { return static_cast<std::size_t>(settings.tenant_shards); }

}  // namespace

std::vector<project::Tenant> tenants_of(const Settings& settings) {
  if (settings.tenant_list.empty())
    throw Error(ExitCode::kConfiguration, "tenants needs tenant-list", "Name the list of tenants.");
  auto tenants = read_list(settings);
  if (!settings.tenant_index) return tenants;
  const auto index = static_cast<std::size_t>(*settings.tenant_index);
  if (index >= shards_of(settings)) {
    throw Error(ExitCode::kConfiguration,
                fmt::format("tenant-index {} is none of {}", index, counted(shards_of(settings), "shard")),
                "The first is 0.");
  }
  std::erase_if(tenants, [&](const auto& tenant) {
    return project::shard_of(tenant.name, shards_of(settings)) != index;
  });
  return tenants;
}

project::Tenant one_tenant(const Settings& settings) {
  if (settings.tenant_list.empty()) return {settings.tenant, settings.tenant};
  const auto tenants = read_list(settings);
  const auto found = std::find_if(tenants.begin(), tenants.end(),
                                  [&](const auto& tenant) { return tenant.name == settings.tenant; });
  if (found != tenants.end()) return *found;
  throw Error(ExitCode::kConfiguration,
              fmt::format("{} is no tenant of {}", settings.tenant, settings.tenant_list.string()),
              "Write it as the list does.");
}

Settings settings_of(const Settings& settings, const project::Tenant& tenant) {
  Settings own = settings;
  own.tenants = false;
  own.tenant = tenant.name;
  own.run_labels["tenant"] = tenant.name;
  if (settings.tenant_kind == "schema") {
    own.default_schema = tenant.place;
    own.schemas = {tenant.place};
    return own;
  }
  // The direct way is taken whole, and a part would not go into it: it becomes the only one.
  if (!own.direct_database_url.empty()) {
    own.database_url = own.direct_database_url;
    own.direct_database_url = Secret();
    own.database_host.clear();
    own.database_port.reset();
    own.database_user.clear();
  }
  own.database_name = tenant.place;
  return own;
}

}  // namespace windlass::hook
