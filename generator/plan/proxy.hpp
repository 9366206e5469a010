// The auth proxies of AlloyDB and Cloud SQL as a container beside the hook.
#pragma once

#include <string_view>

#include "core/project/connection.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

// The releases that the flags are taken from (AlloyDB Auth Proxy v1.15.2, Cloud SQL Auth Proxy v2.25.3).
inline constexpr std::string_view kAlloyDbProxyImage = "gcr.io/alloydb-connectors/alloydb-auth-proxy:1.15.2";
inline constexpr std::string_view kCloudSqlProxyImage = "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.25.3";

// "alloydb-auth-proxy", "cloud-sql-proxy": the container's name.
std::string_view proxy_name(project::ProxyKind kind);

// A native sidecar. Both proxies are private by default here; their flags differ, also in spelling.
Tree proxy_container(const project::Proxy& proxy);

}  // namespace windlass::generator
