// The list of a database's tenants: a text file, a name a line, and the shard that each belongs to.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/diagnostic.hpp"

namespace windlass::project {

enum class TenantKind { kSchema, kDatabase };  // what a tenant has of its own

// As the setting tenant-kind says it: "schema", "database".
std::string_view tenant_kind_name(TenantKind kind);

struct Tenant {
  std::string name;
  std::string place;  // its schema or database
};

struct TenantList {
  std::vector<Tenant> tenants;  // by name
  Diagnostics diagnostics;      // with errors the rest is not to be used
};

// A line is `name` or `name=place`; blanks around both are dropped, empty lines and those that begin with #
// are passed over. Faults: no tenant at all, a name twice, two tenants of one place, a name or place that is
// empty, longer than 63 bytes (PostgreSQL cuts longer ones), or not printable.
TenantList parse_tenants(std::string_view text, const std::string& file);

// From 0: the first eight hex digits of the SHA-256 of the name, modulo `shards` (at least 1).
std::size_t shard_of(std::string_view name, std::size_t shards);

}  // namespace windlass::project
