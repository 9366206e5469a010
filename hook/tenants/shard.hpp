// Which tenants a run is for, and the settings that each of them has.
#pragma once

#include <vector>

#include "core/project/tenants.hpp"
#include "hook/settings/settings.hpp"

namespace windlass::hook {

// Those of tenant-list, or of them the shard tenant-index, by name; a shard may have none. Throws
// Error(kConfiguration) with every fault of the list, or without one, and for an index that is no shard's;
// Error(kInvalidScripts) when the list is not the one of tenant-digest.
std::vector<project::Tenant> tenants_of(const Settings& settings);

// The tenant that the setting `tenant` names. Without a tenant-list its place is called as it is. Throws as
// above, and when it is not on the list.
project::Tenant one_tenant(const Settings& settings);

// `settings` for that tenant alone: its schema in place of default-schema and schemas, or its database in
// place of the one that the connection names.
Settings settings_of(const Settings& settings, const project::Tenant& tenant);

}  // namespace windlass::hook
