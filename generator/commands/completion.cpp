#include "generator/commands/completion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "core/base/text.hpp"

namespace windlass::generator {
namespace {

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

// Inside single quotes of bash and zsh.
std::string shell_quoted(const std::string& text) { return "'" + replaced(text, "'", "'\\''") + "'"; }

std::vector<std::string> command_names(const CommandShape& program) {
  std::vector<std::string> names;
  for (const auto& command : program.commands) names.push_back(command.name);
  return names;
}

// The options that may stand behind a command: its own and the program's.
std::vector<OptionShape> options_behind(const CommandShape& command, const CommandShape& program) {
  std::vector<OptionShape> options = command.options;
  for (const auto& option : program.options) {
    const bool own = std::any_of(options.begin(), options.end(),
                                 [&](const OptionShape& each) { return each.names == option.names; });
    if (!own) options.push_back(option);
  }
  return options;
}

// --- bash ---

// The script splits at line ends only, because names of files hold blanks.
std::string bash_words(const std::vector<std::string>& words) {
  return fmt::format("COMPREPLY=($(compgen -W $'{}' -- \"$current\"))", join(words, "\\n"));
}

std::string bash_reply(const OptionShape& option) {
  switch (option.operand) {
    case Operand::kFolder: return "COMPREPLY=($(compgen -d -- \"$current\"))";
    case Operand::kFile: return "COMPREPLY=($(compgen -f -- \"$current\"))";
    case Operand::kChoice: return bash_words(option.choices);
    case Operand::kText:
    case Operand::kNothing: break;
  }
  return ":";
}

std::string bash_command(const CommandShape& command, const CommandShape& program,
                         const std::string& pattern) {
  std::string values;
  std::vector<std::string> words;
  for (const auto& option : options_behind(command, program)) {
    words.insert(words.end(), option.names.begin(), option.names.end());
    if (option.operand == Operand::kNothing) continue;
    values += fmt::format("        {}) {}; return ;;\n", join(option.names, "|"), bash_reply(option));
  }
  std::string argument = ":";
  if (!command.commands.empty()) {
    argument = bash_words(command_names(command));
  } else if (!command.arguments.empty()) {
    argument = bash_reply(command.arguments.front());
  }
  return fmt::format(
      "    {})\n"
      "      case \"$previous\" in\n{}"
      "      esac\n"
      "      if [[ $current == -* ]]; then\n"
      "        {}\n"
      "      else\n"
      "        {}\n"
      "      fi ;;\n",
      pattern, values, bash_words(words), argument);
}

std::string bash_script(const CommandShape& program) {
  std::string script = fmt::format(
      "# bash completion of {0}: source <({0} completion bash)\n"
      "_{0}() {{\n"
      "  local current=\"${{COMP_WORDS[COMP_CWORD]}}\" previous=\"${{COMP_WORDS[COMP_CWORD-1]}}\" "
      "command=''\n"
      "  local word IFS=$'\\n'\n"
      "  COMPREPLY=()\n"
      "  for word in \"${{COMP_WORDS[@]:1:COMP_CWORD-1}}\"; do\n"
      "    case \"$word\" in {1}) command=$word; break ;; esac\n"
      "  done\n"
      "  case \"$command\" in\n",
      program.name, join(command_names(program), "|"));
  script += bash_command(program, program, "''");
  for (const auto& command : program.commands) script += bash_command(command, program, command.name);
  return script + fmt::format("  esac\n}}\ncomplete -o filenames -F _{0} {0}\n", program.name);
}

// --- zsh ---

std::string zsh_operand(const OptionShape& option) {
  switch (option.operand) {
    case Operand::kFolder: return ":folder:_files -/";
    case Operand::kFile: return ":file:_files";
    case Operand::kChoice: return fmt::format(":choice:({})", join(option.choices, " "));
    case Operand::kText: return ":text: ";
    case Operand::kNothing: break;
  }
  return "";
}

// One _arguments specification: every spelling excludes the others.
std::string zsh_option(const OptionShape& option) {
  std::string help = option.help;
  for (const auto* special : {"\\", "[", "]", ":"})
    help = replaced(help, special, std::string("\\") + special);
  const std::string rest = fmt::format("[{}]{}", help, zsh_operand(option));
  std::string specifications;
  for (const auto& name : option.names) {
    specifications += fmt::format(" \\\n        {}",
                                  shell_quoted(fmt::format("({}){}{}", join(option.names, " "), name, rest)));
  }
  return specifications;
}

std::string zsh_options(const std::vector<OptionShape>& options) {
  std::string specifications;
  for (const auto& option : options) specifications += zsh_option(option);
  return specifications;
}

std::string zsh_script(const CommandShape& program) {
  std::string commands;
  std::string cases;
  for (const auto& command : program.commands) {
    commands += fmt::format("    {}\n", shell_quoted(command.name + ":" + command.help));
    std::string arguments;
    for (const auto& argument : command.arguments)
      arguments += fmt::format(" \\\n        {}", shell_quoted(fmt::format("1{}", zsh_operand(argument))));
    cases += fmt::format("      {}) _arguments{}{} ;;\n", command.name,
                         zsh_options(options_behind(command, program)), arguments);
  }
  return fmt::format(
      "#compdef {0}\n"
      "# zsh completion of {0}: {0} completion zsh > \"${{fpath[1]}}/_{0}\"\n"
      "_{0}() {{\n"
      "  local curcontext=\"$curcontext\" state line\n"
      "  typeset -A opt_args\n"
      "  local -a commands=(\n{1}  )\n"
      "  _arguments -C{2} \\\n        '1:command:->command' '*::argument:->argument'\n"
      "  case $state in\n"
      "    command) _describe command commands ;;\n"
      "    argument) case $line[1] in\n{3}    esac ;;\n"
      "  esac\n"
      "}}\n"
      "if [ \"$funcstack[1]\" = _{0} ]; then _{0} \"$@\"; else compdef _{0} {0}; fi\n",
      program.name, commands, zsh_options(program.options), cases);
}

// --- fish ---

std::string fish_quoted(const std::string& text) {
  return "'" + replaced(replaced(text, "\\", "\\\\"), "'", "\\'") + "'";
}

std::string fish_operand(const OptionShape& option) {
  switch (option.operand) {
    case Operand::kFolder: return " -x -a '(__fish_complete_directories)'";
    case Operand::kFile: return " -r -F";
    case Operand::kChoice: return " -x -a " + fish_quoted(join(option.choices, " "));
    case Operand::kText: return " -x";
    case Operand::kNothing: break;
  }
  return "";
}

std::string fish_option(const OptionShape& option) {
  std::string flags;
  for (const auto& name : option.names) {
    flags += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  return fmt::format("{}{} -d {}", flags, fish_operand(option), fish_quoted(option.help));
}

std::string fish_script(const CommandShape& program) {
  std::string script = fmt::format(
      "# fish completion of {0}: {0} completion fish > ~/.config/fish/completions/{0}.fish\n"
      "complete -c {0} -f\n",
      program.name);
  for (const auto& option : program.options)
    script += fmt::format("complete -c {}{}\n", program.name, fish_option(option));
  for (const auto& command : program.commands) {
    script += fmt::format("complete -c {} -n __fish_use_subcommand -a {} -d {}\n", program.name, command.name,
                          fish_quoted(command.help));
    const std::string within =
        fmt::format("complete -c {} -n '__fish_seen_subcommand_from {}'", program.name, command.name);
    for (const auto& option : command.options) script += within + fish_option(option) + "\n";
    for (const auto& argument : command.arguments) {
      if (argument.operand == Operand::kText) continue;
      script += within + fish_operand(argument) + "\n";
    }
  }
  return script;
}

}  // namespace

std::string completion_script(std::string_view shell, const CommandShape& program) {
  if (shell == "bash") return bash_script(program);
  if (shell == "zsh") return zsh_script(program);
  assert(shell == "fish");
  return fish_script(program);
}

}  // namespace windlass::generator
