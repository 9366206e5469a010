// The command line of windlass: which command is asked for, with which options.
#pragma once

#include <functional>

#include "core/contract/exit_code.hpp"

namespace windlass::generator {

// Runs the command with its options, which it holds.
using Run = std::function<ExitCode()>;

// The command that the arguments ask for. --help and --version are commands that print. Throws Error(kUsage)
// for arguments that are not understood.
Run parse_command_line(int argc, const char* const* argv);

}  // namespace windlass::generator
