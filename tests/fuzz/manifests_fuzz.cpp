// Manifests that windlass explain reads: any bytes give an explanation, or errors with exit code 65.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "generator/explain/needs.hpp"
#include "generator/explain/read_input.hpp"
#include "generator/explain/report.hpp"
#include "tests/fuzz/promise.hpp"

namespace {

using namespace windlass::generator::explain;
using windlass::fuzz::expect;

const std::pair<const char*, std::vector<const char*>> kEngines[] = {
    {"argocd", {"first-sync", "no-change", "retry", "selfheal", "rollback", "delete"}},
    {"helm", {"install", "upgrade", "retry", "rollback", "uninstall", "test"}}};

void check_steps(const std::vector<Step>& steps, const Input& input) {
  std::set<std::string_view> rules;
  for (const auto& rule : engine_rules()) rules.insert(rule.id);
  for (const auto& step : steps) {
    expect(!step.object || *step.object < input.objects.size(), "a step is about an object that is there",
           step.reason);
    expect(rules.contains(step.rule), "a step names a rule", std::string(step.rule));
    expect(!step.reason.empty(), "a step has a reason", std::string(verb_name(step.verb)));
  }
}

void check_traps(const std::vector<Trap>& traps, const Input& input) {
  const auto& lines = input.lines.begin()->second;
  for (const auto& trap : traps) {
    expect(trap.object < input.objects.size(), "a trap is one of an object that is there", trap.message);
    const auto place = place_of(input.objects[trap.object], trap.pointer);
    expect(place.line >= 1 && static_cast<std::size_t>(place.line) <= lines.size() && place.column >= 1,
           "a trap lies on a line of the file", trap.message);
  }
}

void check(const Question& question, const Input& input) {
  const Explanation explanation{question, explain_steps(question, input.objects),
                                outside_needs(input.objects, question), find_traps(input.objects, question)};
  check_steps(explanation.steps, input);
  check_traps(explanation.traps, input);
  const auto report = to_json(explanation, input);
  expect(nlohmann::json::accept(report), "the report is JSON", report);
  const Explanation again{question, explain_steps(question, input.objects),
                          outside_needs(input.objects, question), find_traps(input.objects, question)};
  expect(to_text(explanation, input) == to_text(again, input), "the same question has the same answer", "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::istringstream text(std::string(reinterpret_cast<const char*>(data), size));
  Input input;
  try {
    input = read_input({"-"}, "", text);
  } catch (const windlass::Error& error) {
    expect(error.code() == windlass::ExitCode::kInvalidScripts, "what cannot be read is refused as such",
           error.what());
    return 0;
  }
  // One event of each engine, another one for each input: all of them cost a tenth of a second.
  for (const auto& [engine, events] : kEngines) {
    const auto* version = engine[0] == 'a' ? "" : size % 2 == 0 ? "3" : "4";
    check(question_of(engine, events[size / 2 % events.size()], version), input);
  }
  return 0;
}
