// What an engine does with manifests, step by step, each with the rule of the engine that makes it so.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "generator/explain/object.hpp"
#include "generator/explain/question.hpp"

namespace windlass::generator::explain {

enum class Verb {
  kCreate,
  kApply,
  kWait,
  kDelete,
  kTake,  // what is already there is taken as it is
  kSkip,
  kSay,  // concerns no object
};
std::string_view verb_name(Verb verb);  // "create"

struct Step {
  std::string part;                  // "attempt 2"; empty where an event has one part only
  std::string phase;                 // "PreSync", "pre-install"; empty outside of both
  std::optional<std::int64_t> wave;  // Argo CD's wave, Helm's weight
  Verb verb = Verb::kSay;
  std::optional<Index> object;
  std::string reason;     // a sentence without its full stop
  std::string_view rule;  // id of the engine's rule
  std::string shows;      // what Argo CD's UI or Helm's output says meanwhile or when it fails; may be empty
};

// A rule of an engine, as far as hooks are concerned.
struct EngineRule {
  std::string_view id;
  std::string_view says;    // one sentence
  std::string_view source;  // where the engine does it
};

// Every rule that steps name.
std::span<const EngineRule> engine_rules();

// What happens to the objects when Argo CD 3.5 or Helm 3.21 or 4.2 do what the question asks. Pure: the
// live objects are those that an earlier sync or release of the same manifests has left.
std::vector<Step> explain_steps(const Question& question, const std::vector<Object>& objects);

}  // namespace windlass::generator::explain
