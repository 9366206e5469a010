#include "generator/commands/completion.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/files.hpp"
#include "core/base/process.hpp"

using namespace windlass;
using namespace windlass::generator;

namespace {

CommandShape program() {
  const OptionShape help{{"-h", "--help"}, "Print [this]: it's help", Operand::kNothing, {}};
  return {"windlass",
          "A program.",
          {help, {{"--project"}, "Folder.", Operand::kFolder, {}}},
          {},
          {{"render",
            "Write: manifests.",
            {help,
             {{"--env"}, "Environment.", Operand::kText, {}},
             {{"-o", "--output"}, "Format.", Operand::kChoice, {"text", "json"}}},
            {{{"DIR"}, "Folder.", Operand::kFolder, {}}},
            {}},
           {"completion",
            "Print it.",
            {help},
            {{{"SHELL"}, "Which.", Operand::kChoice, {"bash", "zsh", "fish"}}},
            {}}}};
}

// What `shell` offers for the command line, one word a line, in a folder with "a folder/" and "file".
class Shell {
 public:
  Shell() {
    write_file_atomically(folder_.path() / "a folder/x", "");
    write_file_atomically(folder_.path() / "file", "");
  }

  std::string run(const std::string& shell, const std::string& script, const std::string& commands) {
    write_file_atomically(folder_.path() / "completion", script);
    const Command command{.arguments = {shell, "-c", commands}, .directory = folder_.path()};
    const auto result = run_process(command, {.limit = Milliseconds(30'000)});
    CHECK(result.error.empty());
    CHECK(result.succeeded());
    return result.out;
  }

 private:
  TemporaryDirectory folder_{"windlass-completion-"};
};

// Missing on a desk it is a visible skip, in CI a failure.
bool is_there(const std::string& shell) {
  if (find_program(shell)) return true;
  if (environment_variable("CI") == "true") FAIL(shell << " is not installed: run make deps");
  WARN(shell << " is not installed, so its completion was not tried");
  return false;
}

}  // namespace

TEST_CASE("bash completes commands, options, choices and folders") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"windlass ''", "render\ncompletion\n"},
      {"windlass re", "render\n"},
      {"windlass --p", "--project\n"},
      {"windlass --project ''", "a folder\n"},
      {"windlass render --", "--help\n--env\n--output\n--project\n"},
      {"windlass render -o ''", "text\njson\n"},
      {"windlass render --output j", "json\n"},
      {"windlass render --env ''", ""},
      {"windlass render ''", "a folder\n"},
      {"windlass --project x render -o ''", "text\njson\n"},
      {"windlass completion ''", "bash\nzsh\nfish\n"},
  };
  Shell shell;
  const auto script = completion_script("bash", program());
  for (const auto& [line, expected] : cases) {
    INFO(line);
    CHECK(shell.run("bash", script,
                    "source ./completion; COMP_WORDS=(" + line +
                        "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _windlass; "
                        "for word in \"${COMPREPLY[@]}\"; do echo \"$word\"; done") == expected);
  }
}

TEST_CASE("fish completes commands, options, choices and folders") {
  if (!is_there("fish")) return;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"windlass ", "completion\tPrint it.\nrender\tWrite: manifests.\n"},
      {"windlass render --o", "--output\tFormat.\n"},
      {"windlass render -o ", "json\tFormat.\ntext\tFormat.\n"},
      {"windlass completion ", "bash\nfish\nzsh\n"},
      {"windlass --project ", "a folder/\tDirectory\n"},
  };
  Shell shell;
  const auto script = completion_script("fish", program());
  for (const auto& [line, expected] : cases) {
    INFO(line);
    CHECK(shell.run("fish", script, "source ./completion; complete -C '" + line + "'") == expected);
  }
}

TEST_CASE("zsh takes the script, whatever the help texts hold") {
  if (!is_there("zsh")) return;
  Shell shell;
  const auto script = completion_script("zsh", program());
  CHECK(shell.run("zsh", script,
                  "autoload -U compinit; compinit -u -d ./dump; source ./completion; "
                  "print -r -- $_comps[windlass]") == "_windlass\n");
  CHECK(script.find(R"('(-h --help)--help[Print \[this\]\: it'\''s help]')") != std::string::npos);
  CHECK(script.find("'(-o --output)-o[Format.]:choice:(text json)'") != std::string::npos);
  CHECK(script.find("'1:folder:_files -/'") != std::string::npos);
}
