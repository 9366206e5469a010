// The rules about traps, one file each.
#pragma once

#include "generator/explain/trap.hpp"

namespace windlass::generator::explain {

extern const TrapRule kUnknownHook, kUnknownPolicy, kNotANumber, kUnquotedAnnotation, kSameName,
    kGeneratedName, kNameTooLong, kNeededLater, kSameWave, kNotBeforeApp, kNoGuard, kHookOnlyChange,
    kSelfHeal, kOldResult, kEvidenceDeleted, kLogDeleted, kSharedWithHook, kVolumeAsHook, kCustomResourceHook,
    kImmutableHook, kFixedPlainJob, kInstallOnEverySync, kSyncFail, kRollbackHook, kNoDeadline,
    kDefaultBackoff, kShortTtl, kRestartOnFailure, kSuspended, kTwoPods, kFailurePolicy, kCauseNotShown,
    kProxyNeverEnds, kProxyFlag, kProxyWithoutProbe, kChangingAccount, kServiceSelectsHook,
    kConfigMapTooLarge, kEmptyMap;

}  // namespace windlass::generator::explain
