// What must hold between the keys of one database's connection.
#pragma once

#include <string>

#include "core/base/diagnostic.hpp"
#include "core/project/document.hpp"
#include "core/project/value.hpp"

namespace windlass::project {

inline constexpr int kNativeSidecarsSince = 29;  // the y of Kubernetes 1.y (KEP-753: beta and on by default)

// Whether kubernetes.minVersion is older than 1.`minor`; a faulty one is not.
bool is_older_than(const Value& min_version, int minor);

// Whether a container beside the hook would keep its Job from ending there.
bool lacks_native_sidecars(const Value& min_version);

// Adds an error at the key at fault: contradictions, a proxy that cannot log in or stand beside the hook,
// certificates that nobody could check, keys of a Secret that nobody makes. `spec` is checked and complete;
// `shown` is the connection's path.
void check_connection_rules(const Value& spec, const Value& connection, const std::string& shown,
                            const Source& source, Diagnostics& diagnostics);

}  // namespace windlass::project
