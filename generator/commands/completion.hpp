// `windlass completion`: the shell script that completes the command line, made from the command line itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace windlass::generator {

// What may stand behind an option or as an argument.
enum class Operand { kNothing, kText, kFile, kFolder, kChoice };

struct OptionShape {
  std::vector<std::string>
      names;  // as they are written: "-o", "--output"; of an argument: its one name, "DIR"
  std::string help;
  Operand operand = Operand::kNothing;
  std::vector<std::string> choices;  // of kChoice
};

struct CommandShape {
  std::string name;
  std::string help;
  std::vector<OptionShape> options;
  std::vector<OptionShape> arguments;
  std::vector<CommandShape> commands;
};

// The script for "bash", "zsh" or "fish"; asserts that `shell` is one of them. Options of the program itself
// are offered behind every command, too.
std::string completion_script(std::string_view shell, const CommandShape& program);

}  // namespace windlass::generator
