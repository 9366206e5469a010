// What is asked: which engine, and what happens to the application.
#pragma once

#include <string>
#include <string_view>

namespace windlass::generator::explain {

enum class Engine { kArgoCd, kHelm };
enum class HelmVersion { k3, k4 };

enum class Event {
  kFirstSync,  // helm install
  kNoChange,   // helm upgrade
  kRetry,
  kSelfHeal,  // Argo CD only
  kRollback,
  kDelete,  // helm uninstall
  kTest,    // Helm only
};

struct Question {
  Engine engine = Engine::kArgoCd;
  HelmVersion helm_version = HelmVersion::k4;
  Event event = Event::kFirstSync;
};

// The question that the words of the command line ask. Helm's own words (install, upgrade, uninstall, test)
// stand beside the common ones; `helm_version` is "3", "4" or empty. Throws Error(kUsage) for an event that
// the engine does not have, and for a version of Helm where Helm is not asked about.
Question question_of(const std::string& engine, const std::string& event, const std::string& helm_version);

// "Argo CD", "Helm 4".
std::string_view engine_name(const Question& question);
// As the engine calls it: "first-sync", "install".
std::string_view event_name(const Question& question);

}  // namespace windlass::generator::explain
