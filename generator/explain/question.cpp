#include "generator/explain/question.hpp"

#include <fmt/format.h>

#include <array>

#include "core/base/error.hpp"

namespace windlass::generator::explain {
namespace {

struct EventRow {
  Event event;
  std::string_view word;  // for both engines
  std::string_view argo;  // its own name, empty: there is no such event
  std::string_view helm;
};

constexpr std::array<EventRow, 7> kEvents = {{
    {Event::kFirstSync, "first-sync", "first-sync", "install"},
    {Event::kNoChange, "no-change", "no-change", "upgrade"},
    {Event::kRetry, "retry", "retry", "retry"},
    {Event::kSelfHeal, "selfheal", "selfheal", ""},
    {Event::kRollback, "rollback", "rollback", "rollback"},
    {Event::kDelete, "delete", "delete", "uninstall"},
    {Event::kTest, "test", "", "test"},
}};

Error no_such_event(Engine engine, const std::string& event) {
  if (engine == Engine::kArgoCd) {
    return Error(ExitCode::kUsage, fmt::format("Argo CD has no event {}", event),
                 "It has first-sync, no-change, retry, selfheal, rollback and delete.");
  }
  const bool heals = event == "selfheal";
  return Error(ExitCode::kUsage, fmt::format("Helm has no event {}", event),
               heals ? "Nothing of Helm runs between two commands, so it heals nothing."
                     : "It has install (first-sync), upgrade (no-change), retry, rollback, "
                       "uninstall (delete) and test.");
}

}  // namespace

Question question_of(const std::string& engine, const std::string& event, const std::string& helm_version) {
  Question question;
  question.engine = engine == "helm" ? Engine::kHelm : Engine::kArgoCd;
  if (!helm_version.empty() && question.engine != Engine::kHelm) {
    throw Error(ExitCode::kUsage, "--helm-version is for --as helm",
                "Argo CD renders with a Helm of its own and runs no hooks of Helm's.");
  }
  question.helm_version = helm_version == "3" ? HelmVersion::k3 : HelmVersion::k4;
  for (const auto& row : kEvents) {
    const auto own = question.engine == Engine::kHelm ? row.helm : row.argo;
    if (own.empty() || (event != row.word && event != own)) continue;
    question.event = row.event;
    return question;
  }
  throw no_such_event(question.engine, event);
}

std::string_view engine_name(const Question& question) {
  if (question.engine == Engine::kArgoCd) return "Argo CD";
  return question.helm_version == HelmVersion::k3 ? "Helm 3" : "Helm 4";
}

std::string_view event_name(const Question& question) {
  const auto& row = kEvents.at(static_cast<std::size_t>(question.event));
  return question.engine == Engine::kHelm ? row.helm : row.argo;
}

}  // namespace windlass::generator::explain
