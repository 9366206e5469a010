#include "generator/commands/explain.hpp"

#include <ostream>

#include "generator/explain/needs.hpp"
#include "generator/explain/read_input.hpp"
#include "generator/explain/report.hpp"

namespace windlass::generator {

ExitCode run_explain(const ExplainOptions& options, std::istream& in, std::ostream& out) {
  const auto question = explain::question_of(options.engine, options.event, options.helm_version);
  const auto input = explain::read_input(options.paths, options.space, in);
  const explain::Explanation explanation{question, explain::explain_steps(question, input.objects),
                                         explain::outside_needs(input.objects, question),
                                         explain::find_traps(input.objects, question)};
  if (options.output == "json") {
    out << explain::to_json(explanation, input);
  } else if (options.output == "mermaid") {
    out << explain::to_mermaid(explanation, input);
  } else {
    out << explain::to_text(explanation, input);
  }
  return explanation.traps.empty() ? ExitCode::kDone : ExitCode::kFound;
}

}  // namespace windlass::generator
