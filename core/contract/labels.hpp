// Names that rendered objects, the hook and outside tools share: containers, mounts, labels and annotations.
#pragma once

#include <string_view>

namespace windlass::contract {

// Programs in the image.
inline constexpr std::string_view kHookProgram = "windlass-hook";

// Labels of every rendered object. The hook pods carry no label of the application's Service selector.
inline constexpr std::string_view kPartOfLabel = "app.kubernetes.io/part-of";
inline constexpr std::string_view kManagedByLabel = "app.kubernetes.io/managed-by";
inline constexpr std::string_view kManagedByValue = "windlass";
inline constexpr std::string_view kNameLabel = "app.kubernetes.io/name";
inline constexpr std::string_view kComponentLabel = "app.kubernetes.io/component";
inline constexpr std::string_view kProjectLabel = "windlass.dev/project";
inline constexpr std::string_view kDatabaseLabel = "windlass.dev/database";
inline constexpr std::string_view kEnvironmentLabel = "windlass.dev/environment";
inline constexpr std::string_view kPhaseLabel = "windlass.dev/phase";

// Annotations.
inline constexpr std::string_view kDigestAnnotation = "windlass.dev/set-digest";
inline constexpr std::string_view kVersionAnnotation = "windlass.dev/target-version";

// Where a hook container finds what the generator gives it.
inline constexpr std::string_view kScriptsMount = "/windlass/sql";
inline constexpr std::string_view kVerifyMount = "/windlass/verify";
inline constexpr std::string_view kSettingsFile = "/windlass/settings/settings.yaml";
inline constexpr std::string_view kTenantsMount = "/windlass/tenants";
inline constexpr std::string_view kTenantsKey = "tenants.txt";
inline constexpr std::string_view kBackupMount = "/windlass/backup";
inline constexpr std::string_view kCredentialsMount = "/windlass/credentials";
inline constexpr std::string_view kAuthoritiesMount = "/windlass/authorities";
// The volume of the authorities: its ConfigMap exists before the application does.
inline constexpr std::string_view kAuthoritiesVolume = "authorities";
inline constexpr std::string_view kTerminationLog = "/dev/termination-log";

}  // namespace windlass::contract
