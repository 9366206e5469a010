#include "generator/explain/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/diagnostic.hpp"
#include "core/base/text.hpp"

namespace windlass::generator::explain {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kLongestSource = 160;

// An object's label, with the namespace behind it where the manifests have several.
class Labels {
 public:
  explicit Labels(const Input& input) : input_(input) {
    std::set<std::string> spaces;
    for (const auto& object : input.objects) spaces.insert(object.space);
    spaces.erase("");
    several_ = spaces.size() > 1;
  }

  std::string of(const Step& step) const {
    if (!step.object) return "";
    const auto& object = input_.objects[*step.object];
    return several_ && !object.space.empty() ? fmt::format("{} in {}", object.label(), object.space)
                                             : object.label();
  }

 private:
  const Input& input_;
  bool several_ = false;
};

std::string phase_of(const Step& step) {
  if (step.phase.empty()) return step.wave ? fmt::format("wave {}", *step.wave) : "";
  return step.wave ? fmt::format("{} {}", step.phase, *step.wave) : step.phase;
}

// The rules that the steps name, in the order of engine_rules().
std::vector<EngineRule> rules_of(const std::vector<Step>& steps) {
  std::set<std::string_view> used;
  for (const auto& step : steps) used.insert(step.rule);
  std::vector<EngineRule> rules;
  for (const auto& rule : engine_rules()) {
    if (used.contains(rule.id)) rules.push_back(rule);
  }
  return rules;
}

const TrapRule& rule_of(const Trap& trap) {
  const auto rules = trap_rules();
  return **std::find_if(rules.begin(), rules.end(), [&](const auto* rule) { return rule->id == trap.rule; });
}

// Nothing of a Secret is ever shown.
std::string source_of(const Object& object, const Position& place, const Input& input) {
  const auto lines = input.lines.find(place.file);
  const auto number = static_cast<std::size_t>(place.line);
  if (object.kind == "Secret" || lines == input.lines.end()) return "";
  if (number == 0 || number > lines->second.size()) return "";
  std::string line = lines->second[number - 1];
  while (line.ends_with('\r')) line.pop_back();
  return line.size() > kLongestSource ? "" : line;
}

std::string step_lines(const std::vector<Step>& steps, const Input& input) {
  const Labels labels(input);
  std::size_t phase_width = 0;
  std::size_t label_width = 0;
  for (const auto& step : steps) {
    phase_width = std::max(phase_width, phase_of(step).size());
    label_width = std::max(label_width, labels.of(step).size());
  }
  std::string text;
  std::string part;
  std::size_t number = 0;
  for (const auto& step : steps) {
    if (step.part != part) text += fmt::format("{}{}\n", text.empty() ? "" : "\n", step.part);
    part = step.part;
    text += fmt::format("{:>3}  {:<{}}  {:<6}  {:<{}}  {} [{}]\n", ++number, phase_of(step), phase_width,
                        step.verb == Verb::kSay ? "" : verb_name(step.verb), labels.of(step), label_width,
                        step.reason, step.rule);
    if (!step.shows.empty()) text += fmt::format("     {:<{}}  shows: {}\n", "", phase_width, step.shows);
  }
  return text;
}

// In a Mermaid label neither a quote nor a line may end.
std::string mermaid_text(const std::string& label) {
  std::string text;
  for (const char c : label) {
    if (c == '"') {
      text += "#quot;";
    } else {
      text += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  }
  return text;
}

}  // namespace

std::string to_text(const Explanation& explanation, const Input& input) {
  const auto& question = explanation.question;
  std::string text = fmt::format("{}, {}: {}\n\n", engine_name(question), event_name(question),
                                 counted(input.objects.size(), "object"));
  text += step_lines(explanation.steps, input);
  if (!explanation.outside.empty()) text += "\nhas to exist beforehand\n";
  for (const auto& need : explanation.outside) text += fmt::format("  {}\n", need);
  text += "\nrules\n";
  for (const auto& rule : rules_of(explanation.steps)) {
    text += fmt::format("  {}: {} ({})\n", rule.id, rule.says, rule.source);
  }
  text += "\n";
  for (const auto& trap : explanation.traps) {
    const auto& object = input.objects[trap.object];
    const auto place = place_of(object, trap.pointer);
    text += windlass::to_text(Diagnostic{Severity::kWarning, place,
                                         fmt::format("{} [{}]", trap.message, trap.rule), trap.change,
                                         source_of(object, place, input)});
  }
  text += explanation.traps.empty() ? "no traps\n" : counted(explanation.traps.size(), "trap") + "\n";
  return text;
}

std::string to_json(const Explanation& explanation, const Input& input) {
  ordered_json steps = ordered_json::array();
  for (const auto& step : explanation.steps) {
    ordered_json each{{"part", step.part}, {"phase", step.phase}};
    each["wave"] = step.wave ? ordered_json(*step.wave) : ordered_json(nullptr);
    each["verb"] = verb_name(step.verb);
    each["object"] = step.object ? ordered_json(input.objects[*step.object].label()) : ordered_json(nullptr);
    each["namespace"] = step.object ? ordered_json(input.objects[*step.object].space) : ordered_json(nullptr);
    each["reason"] = step.reason;
    each["rule"] = step.rule;
    each["shows"] = step.shows;
    steps.push_back(std::move(each));
  }
  ordered_json rules = ordered_json::array();
  for (const auto& rule : rules_of(explanation.steps)) {
    rules.push_back({{"id", rule.id}, {"says", rule.says}, {"source", rule.source}});
  }
  ordered_json traps = ordered_json::array();
  for (const auto& trap : explanation.traps) {
    const auto place = place_of(input.objects[trap.object], trap.pointer);
    traps.push_back({{"rule", trap.rule},
                     {"object", input.objects[trap.object].label()},
                     {"file", place.file},
                     {"line", place.line},
                     {"column", place.column},
                     {"message", trap.message},
                     {"why", rule_of(trap).why},
                     {"change", trap.change}});
  }
  const ordered_json report{{"schemaVersion", 1},
                            {"engine", engine_name(explanation.question)},
                            {"event", event_name(explanation.question)},
                            {"objects", input.objects.size()},
                            {"steps", std::move(steps)},
                            {"rules", std::move(rules)},
                            {"outside", explanation.outside},
                            {"traps", std::move(traps)}};
  return report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string to_mermaid(const Explanation& explanation, const Input& input) {
  std::set<Index> trapped;
  for (const auto& trap : explanation.traps) trapped.insert(trap.object);
  const Labels labels(input);
  std::string text = "flowchart TD\n";
  std::string links;
  std::size_t number = 0;
  for (const auto& step : explanation.steps) {
    ++number;
    auto label =
        step.verb == Verb::kSay ? step.reason : fmt::format("{} {}", verb_name(step.verb), labels.of(step));
    const auto phase = phase_of(step);
    if (!phase.empty()) label = fmt::format("{}<br/>{}", phase, label);
    const bool trap = step.object && trapped.contains(*step.object);
    text += fmt::format("  s{}[\"{}\"]{}\n", number, mermaid_text(label), trap ? ":::trap" : "");
    if (number > 1) links += fmt::format("  s{} --> s{}\n", number - 1, number);
  }
  text += links;
  return text + "  classDef trap stroke:#c00,stroke-width:2px\n";
}

}  // namespace windlass::generator::explain
