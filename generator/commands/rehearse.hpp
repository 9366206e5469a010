// windlass rehearse: runs what render makes for one environment on a throw-away server, and proves the way
// back.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>

#include "core/base/secret.hpp"
#include "core/base/stop_signal.hpp"
#include "core/contract/exit_code.hpp"

namespace windlass::generator {

struct RehearseOptions {
  std::filesystem::path folder = ".";  // that holds windlass.yaml
  std::string environment;
  Secret database_url;                             // of a server to use instead of a throw-away one
  bool keep = false;                               // leave the throw-away server running
  std::string output = "text";                     // or "json"
  std::optional<std::filesystem::path> hook;       // windlass-hook; else beside this program, else from PATH
  std::optional<std::filesystem::path> templates;  // a folder with templates in place of the built-in ones
};

// Renders, applies what lies in the project's folders outside/ (what exists beforehand: Secrets) and app/
// (the application's own objects), and runs one sync (run_sync) and the rollback promise (check_promise). A
// project without outside/ gets the Secrets of its connections made up. kFound when anything failed. The
// server is gone when this returns, unless it is kept. Throws Error: kUsage for options that exclude each
// other, kTerminated on a stop request, and whatever a render throws.
ExitCode run_rehearse(const RehearseOptions& options, std::ostream& out, std::ostream& err,
                      const StopSignal& stop);

}  // namespace windlass::generator
