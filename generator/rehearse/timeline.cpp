#include "generator/rehearse/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "core/base/text.hpp"

namespace windlass::generator {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kLogLines = 40;  // of a failed container; the end says most
constexpr std::string_view kIndent = "                ";

std::string seconds(Milliseconds duration) {
  return fmt::format("{:.1f}s", static_cast<double>(duration.count()) / 1000);
}

std::string last_lines(const std::string& text) {
  auto lines = split(text, '\n');
  while (!lines.empty() && trim(lines.back()).empty()) lines.pop_back();
  if (lines.size() > kLogLines) lines.erase(lines.begin(), lines.end() - kLogLines);
  return join(lines, "\n");
}

std::string promise_text(PromiseOutcome outcome) {
  if (outcome == PromiseOutcome::kNoUndoScript) return "no undo script";
  if (outcome == PromiseOutcome::kNotChecked) return "not checked";
  return std::string(promise_outcome_name(outcome));
}

ordered_json container_json(const ContainerResult& container) {
  ordered_json json{
      {"name", container.name},
      {"phase", container.phase},
      {"exitCode", container.exit_code ? ordered_json(*container.exit_code) : ordered_json(nullptr)},
      {"durationMs", container.duration.count()},
      {"message", container.message}};
  if (!container.succeeded()) json["log"] = last_lines(container.log);
  return json;
}

ordered_json step_json(const Step& step) {
  ordered_json containers = ordered_json::array();
  for (const auto& container : step.containers) containers.push_back(container_json(container));
  return {{"phase", sync_phase_name(step.phase)},
          {"wave", step.wave},
          {"object", step.object},
          {"outcome", step_outcome_name(step.outcome)},
          {"message", step.message},
          {"durationMs", step.duration.count()},
          {"notes", step.notes},
          {"containers", containers}};
}

ordered_json promise_json(const VersionPromise& promise) {
  ordered_json json{{"database", promise.database},       {"version", promise.version},
                    {"description", promise.description}, {"outcome", promise_outcome_name(promise.outcome)},
                    {"message", promise.message},         {"durationMs", promise.duration.count()}};
  if (!promise.diff.empty()) json["diff"] = promise.diff;
  if (!promise.log.empty()) json["log"] = last_lines(promise.log);
  return json;
}

}  // namespace

bool Rehearsal::succeeded() const {
  const bool broken = std::any_of(promises.begin(), promises.end(), [](const auto& promise) {
    return promise.outcome == PromiseOutcome::kBroken || promise.outcome == PromiseOutcome::kNotChecked;
  });
  return sync.succeeded() && !broken;
}

Timeline::Timeline(std::ostream& out, const SyncOrder& order) : out_(out) {
  for (const auto& object : order.objects) object_width_ = std::max(object_width_, object.label().size());
  container_width_ = std::max<std::size_t>(object_width_ / 2, 16);
}

void Timeline::title(const Rehearsal& rehearsal) {
  const std::string environment = rehearsal.environment.empty() ? "" : " for " + rehearsal.environment;
  out_ << fmt::format("rehearsal of {}{} on {} PostgreSQL {}\n\n", rehearsal.project, environment,
                      rehearsal.own_server ? "a throw-away" : "the given", rehearsal.server_version);
  for (const auto& line : rehearsal.made_up) out_ << "note: " << line << "\n";
  for (const auto& line : rehearsal.ignored) out_ << "warning: not applied: " << line << "\n";
  out_ << fmt::format("{:<9} {:>4}  object\n", "phase", "wave") << std::flush;
}

SyncEvents Timeline::events() {
  return {[this](const Step& step) { step_line(step, ""); },
          [this](const ContainerResult& container) { container_line(container); },
          [this](const std::string& note) { out_ << kIndent << "  " << note << "\n"
                                                 << std::flush; },
          [this](const Step& step) {
            if (step.outcome == StepOutcome::kApplied) step_line(step, "applied");
            if (step.outcome == StepOutcome::kNotReached) step_line(step, "not reached");
            if (step.outcome == StepOutcome::kFailed) {
              out_ << kIndent << "  FAILED: " << step.message << "\n";
              if (!step.containers.empty()) indented(step.containers.back().log);
            }
          }};
}

void Timeline::step_line(const Step& step, const std::string& outcome) {
  const auto line = fmt::format("{:<9} {:>4}  {:<{}}  {}", sync_phase_name(step.phase), step.wave,
                                step.object, object_width_, outcome);
  out_ << line.substr(0, line.find_last_not_of(' ') + 1) << "\n" << std::flush;
}

void Timeline::container_line(const ContainerResult& container) {
  const auto code = container.exit_code ? fmt::format("exit {}", *container.exit_code) : "not started";
  out_ << fmt::format("{}  {:<{}}  {:<8} {:>6}  {}\n", kIndent, container.name, container_width_, code,
                      seconds(container.duration), container.message)
       << std::flush;
}

void Timeline::indented(const std::string& text) {
  for (const auto& line : split(last_lines(text), '\n')) out_ << kIndent << "  | " << line << "\n";
  out_ << std::flush;
}

void Timeline::promise_title() {
  out_ << "\nthe rollback promise: apply, undo, compare the schema, apply again\n" << std::flush;
}

void Timeline::promise(const VersionPromise& promise) {
  constexpr std::size_t kNameWidth = 58;
  const auto name = fmt::format("{} {} {}", promise.database, promise.version, promise.description);
  out_ << fmt::format("{:<{}}  {:<14} {:>6}  {}\n", name, kNameWidth, promise_text(promise.outcome),
                      seconds(promise.duration), promise.message);
  indented(promise.log);
  indented(promise.diff);
}

void Timeline::summary(const Rehearsal& rehearsal) {
  const auto& promises = rehearsal.promises;
  const auto kept = std::count_if(promises.begin(), promises.end(), [](const auto& promise) {
    return promise.outcome == PromiseOutcome::kKept && promise.version != kAllVersions;
  });
  if (!rehearsal.promise_not_checked.empty()) {
    out_ << "\nthe rollback promise was not checked: " << rehearsal.promise_not_checked << "\n";
  }
  if (rehearsal.succeeded()) {
    out_ << fmt::format("\nrehearsal succeeded: {} applied, rollback promise kept for {}\n",
                        counted(rehearsal.sync.steps.size(), "object"),
                        counted(static_cast<std::size_t>(kept), "version"));
  } else {
    out_ << "\nrehearsal FAILED\n";
  }
  out_ << std::flush;
}

ordered_json rehearsal_json(const Rehearsal& rehearsal) {
  ordered_json steps = ordered_json::array();
  for (const auto& step : rehearsal.sync.steps) steps.push_back(step_json(step));
  ordered_json promises = ordered_json::array();
  for (const auto& promise : rehearsal.promises) promises.push_back(promise_json(promise));
  return {{"schemaVersion", 1},
          {"outcome", rehearsal.succeeded() ? "succeeded" : "failed"},
          {"project", rehearsal.project},
          {"environment", rehearsal.environment},
          {"server", {{"version", rehearsal.server_version}, {"throwAway", rehearsal.own_server}}},
          {"madeUp", rehearsal.made_up},
          {"ignored", rehearsal.ignored},
          {"steps", steps},
          {"rollbackPromise", promises},
          {"rollbackPromiseNotChecked", rehearsal.promise_not_checked}};
}

}  // namespace windlass::generator
