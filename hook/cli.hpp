// The command line of windlass-hook: `windlass-hook PHASE [settings]`, made from the tables of core/contract.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "core/contract/phase.hpp"
#include "hook/settings/load.hpp"

namespace windlass::hook {

struct CommandLine {
  std::optional<Phase> phase;  // nothing only when something else is asked for
  Flags flags;                 // by setting name, values as they were written
  bool explain_settings = false;
  std::string print;  // help or version, when that is what is asked for: print it and end
};

// Throws Error(kUsage) naming everything that is not understood, with what was probably meant.
CommandLine parse_command_line(int argc, const char* const* argv, std::span<const Phase> phases);

}  // namespace windlass::hook
