#include "core/sql/meta_command.hpp"

#include <algorithm>
#include <array>

namespace windlass::sql {
namespace {

struct Advice {
  std::string_view name;
  std::string_view help;
};

constexpr std::string_view kInclude =
    "Write the statements of that file here, or make it a script of its own.";
constexpr std::string_view kConnect =
    "Remove the line: the connection is a setting of the run, not of a script.";
constexpr std::string_view kVariable = "Use a placeholder of the project instead of a psql variable.";
constexpr std::string_view kSend = "End the statement with a semicolon instead.";
constexpr std::string_view kCondition = "Write the condition in SQL, in a DO block.";
constexpr std::string_view kOther =
    "Remove it: only psql knows backslash commands, and a script holds SQL only.";

constexpr std::array kAdvice = {
    Advice{"i", kInclude},
    Advice{"include", kInclude},
    Advice{"ir", kInclude},
    Advice{"include_relative", kInclude},
    Advice{"c", kConnect},
    Advice{"connect", kConnect},
    Advice{"set", kVariable},
    Advice{"unset", kVariable},
    Advice{"gset", kVariable},
    Advice{"getenv", kVariable},
    Advice{"g", kSend},
    Advice{"gx", kSend},
    Advice{";", kSend},
    Advice{"gexec", "Execute the made statements in a DO block, with EXECUTE."},
    Advice{"copy",
           "Use COPY ... FROM STDIN with the rows in the script, ended by a line that holds only \\."},
    Advice{".", "Remove it: it ends the rows of a COPY ... FROM STDIN, and none is open here."},
    Advice{"if", kCondition},
    Advice{"elif", kCondition},
    Advice{"else", kCondition},
    Advice{"endif", kCondition},
    Advice{"encoding", "Remove the line: scripts are UTF-8."},
};

}  // namespace

bool is_harmless_meta_command(std::string_view name) { return name == "restrict" || name == "unrestrict"; }

std::string meta_command_help(std::string_view name) {
  const auto found =
      std::find_if(kAdvice.begin(), kAdvice.end(), [&](const Advice& advice) { return advice.name == name; });
  return std::string(found == kAdvice.end() ? kOther : found->help);
}

}  // namespace windlass::sql
