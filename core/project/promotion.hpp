// What a project says about its releases: what goes before it, who promotes it, and where Argo CD finds it.
#pragma once

#include <string>
#include <vector>

#include "core/base/diagnostic.hpp"

namespace windlass::project {

// Another project, whose databases go before this one's.
struct Dependency {
  std::string folder;  // relative to the config's folder
  Diagnostic place;    // where the file says so, without a message
};

// Who brings a release to the next environment.
enum class Promoter { kPipeline, kArgoCd };
struct Promotion {
  Promoter by = Promoter::kPipeline;
  std::vector<std::string> order;  // environments; every one when the file says nothing
};

struct ArgoCd {
  std::string repo_url;  // empty: the file does not say
  std::string revision = "HEAD";
  std::string path = "deploy";
  std::string cluster = "in-cluster";
};

}  // namespace windlass::project
