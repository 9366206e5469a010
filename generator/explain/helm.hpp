// What Helm does with the objects of a chart at each of its events.
#pragma once

#include <vector>

#include "generator/explain/step.hpp"

namespace windlass::generator::explain {

// Helm 3.21 and 4.2 (action/, release/util/). `question.event` is one of Helm's. The objects stand in the
// order of `helm template`, which breaks ties.
std::vector<Step> helm_steps(const Question& question, const std::vector<Object>& objects);

}  // namespace windlass::generator::explain
