// windlass explain: what Argo CD or Helm will do with manifests, in order and with reasons, and their traps.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "core/contract/exit_code.hpp"

namespace windlass::generator {

struct ExplainOptions {
  std::vector<std::string> paths;    // files, folders, "-" for stdin
  std::string engine;                // argocd or helm
  std::string event = "first-sync";  // in the common words or the engine's own
  std::string helm_version;          // 3 or 4; empty: 4
  std::string space;                 // namespace of objects that name none; may be empty
  std::string output = "text";       // text, json or mermaid
};

// Prints the explanation on `out`. kFound when the manifests have a trap, else kDone. Throws Error(kUsage)
// for a question that makes no sense and a folder that has to be rendered first, Error(kInvalidScripts) for
// manifests that cannot be read.
ExitCode run_explain(const ExplainOptions& options, std::istream& in, std::ostream& out);

}  // namespace windlass::generator
