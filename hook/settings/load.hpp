// Loads the settings: a flag wins over the environment, that over the settings file, that over the default.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "hook/settings/settings.hpp"

namespace windlass::hook {

using Flags = std::map<std::string, std::vector<std::string>, std::less<>>;  // by setting name, in order
using Environment = std::map<std::string, std::string, std::less<>>;

struct LoadedSettings {
  // Complete even when there are faults: a setting at fault has its default.
  Settings settings;
  // Everything that is wrong, in one error: kUsage when it is about flags alone, else kConfiguration. A
  // single fault is the message and its cure the hint; several are listed in the details.
  std::optional<Error> fault;
  // WINDLASS_* names that no setting has, with what was probably meant; never a fault, because Kubernetes
  // puts names such as WINDLASS_SERVICE_HOST there for a Service called windlass (those are passed over in
  // silence).
  std::vector<std::string> warnings;
};

// `environment` is the whole of it: WINDLASS_X and WINDLASS_X_FILE are looked at, an empty value is as good
// as none. PG* variables are libpq's business. Reads the files that settings and *_FILE name.
LoadedSettings load_settings(std::optional<Phase> phase, const Flags& flags, const Environment& environment);

// The environment of this process.
Environment process_environment();

}  // namespace windlass::hook
