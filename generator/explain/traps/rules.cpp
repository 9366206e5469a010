#include "generator/explain/traps/rules.hpp"

#include <array>

namespace windlass::generator::explain {

std::span<const TrapRule* const> trap_rules() {
  static constexpr std::array kRules = {&kUnknownHook,        &kUnknownPolicy,     &kNotANumber,
                                        &kUnquotedAnnotation, &kSameName,          &kGeneratedName,
                                        &kNameTooLong,        &kNeededLater,       &kSameWave,
                                        &kNotBeforeApp,       &kNoGuard,           &kHookOnlyChange,
                                        &kSelfHeal,           &kOldResult,         &kEvidenceDeleted,
                                        &kLogDeleted,         &kSharedWithHook,    &kVolumeAsHook,
                                        &kCustomResourceHook, &kImmutableHook,     &kFixedPlainJob,
                                        &kInstallOnEverySync, &kSyncFail,          &kRollbackHook,
                                        &kNoDeadline,         &kDefaultBackoff,    &kShortTtl,
                                        &kRestartOnFailure,   &kSuspended,         &kTwoPods,
                                        &kFailurePolicy,      &kCauseNotShown,     &kProxyNeverEnds,
                                        &kProxyFlag,          &kProxyWithoutProbe, &kChangingAccount,
                                        &kServiceSelectsHook, &kConfigMapTooLarge, &kEmptyMap};
  return kRules;
}

}  // namespace windlass::generator::explain
