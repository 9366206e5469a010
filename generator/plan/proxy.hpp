// The auth proxies of AlloyDB and Cloud SQL as a container beside the hook.
#pragma once

#include <string_view>

#include "core/project/connection.hpp"
#include "core/project/kubernetes.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

// The releases that the flags are taken from (AlloyDB Auth Proxy v1.15.2, Cloud SQL Auth Proxy v2.25.3).
inline constexpr std::string_view kAlloyDbProxyImage = "gcr.io/alloydb-connectors/alloydb-auth-proxy:1.15.2";
inline constexpr std::string_view kCloudSqlProxyImage = "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.25.3";

// "alloydb-auth-proxy", "cloud-sql-proxy": the container's name.
std::string_view proxy_name(project::ProxyKind kind);

// How a proxy stands beside the hook: as a native sidecar, which Kubernetes starts first and ends last, or,
// on clusters before 1.29, as a second container, which the hook must end itself.
enum class ProxyForm { kSidecar, kContainer };
ProxyForm proxy_form(const project::Kubernetes& kubernetes);

// Where the hook orders a proxy of the second form to end.
inline constexpr std::string_view kProxyQuitUrl = "http://127.0.0.1:9091/quitquitquit";

// Both proxies are private by default here; their flags differ, also in spelling. `grace` is how long a
// second container serves the hook after both were told to stop.
Tree proxy_container(const project::Proxy& proxy, ProxyForm form, Milliseconds grace);

}  // namespace windlass::generator
