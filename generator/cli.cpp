#include "generator/cli.hpp"

#include <CLI/CLI.hpp>
#include <cctype>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/contract/settings.hpp"
#include "generator/commands/argocd.hpp"
#include "generator/commands/ci.hpp"
#include "generator/commands/completion.hpp"
#include "generator/commands/explain.hpp"
#include "generator/commands/init.hpp"
#include "generator/commands/lint.hpp"
#include "generator/commands/new_migration.hpp"
#include "generator/commands/plan.hpp"
#include "generator/commands/rehearse.hpp"
#include "generator/commands/render.hpp"
#include "generator/commands/schema.hpp"

namespace windlass::generator {
namespace {

// Where CLI11 puts what it reads, and what the chosen command will run.
struct Context {
  std::string project;    // --project
  std::string templates;  // --templates

  std::string folder;                // DIR behind the command
  std::vector<std::string> folders;  // of a command that takes several
  std::string shell;                 // of completion
  std::string hook;
  std::string rehearse_url;
  std::string plan_url;  // of its own: CLI11 also fills it from the environment when another command is run
  ArgoCdOptions argocd;
  CiOptions ci;
  ExplainOptions explain;
  InitOptions init;
  LintOptions lint;
  NewOptions new_migration;
  PlanOptions plan;
  RehearseOptions rehearse;
  RenderOptions render;
  Run run;
};

// The project's folder: DIR behind the command, --project before it, or where we are.
std::filesystem::path project_folder(const Context& context) {
  if (!context.folder.empty() && !context.project.empty()) {
    throw Error(ExitCode::kUsage, "the project's folder is named twice: by --project and behind the command",
                "Name it once.");
  }
  if (!context.folder.empty()) return context.folder;
  return context.project.empty() ? "." : context.project;
}

// The words for operands in --help; completion goes by them.
constexpr const char* kFolder = "FOLDER";
constexpr const char* kFile = "FILE";

void add_output(CLI::App& command, std::string& output) {
  command.add_option("--output", output, "What stdout carries: text or json.")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

void add_hook(CLI::App& command, std::string& hook) {
  command.add_option("--hook", hook, "Path of windlass-hook; the default is beside windlass, else PATH.")
      ->type_name(kFile);
}

void add_target(CLI::App& command, std::string& target, std::string& mode) {
  command.add_option("--target", target, "What the manifests are for: argocd, plain or helm.")->required();
  command.add_option("--mode", mode, "Where in a sync of argocd they run: presync, gated or waves.");
}

void add_output_folder(CLI::App& command, std::string& output, bool& check) {
  command.add_option("-o,--output", output, "Folder to write to, or - for stdout.")
      ->type_name(kFolder)
      ->required();
  command.add_flag("--check", check, "Write nothing; exit 1 with a diff when the folder differs.");
}

// One function for each command: it adds the command with its options to the app, and when the command is the
// one that was asked for, it leaves in the context what is to be run, with a copy of the options.
void add_render(CLI::App& app, Context& context) {
  auto& options = context.render;
  auto* command =
      app.add_subcommand("render", "Write the Kubernetes manifests of a project for one environment.");
  command->add_option("DIR", context.folders, "Folders that hold windlass.yaml.")->type_name(kFolder);
  command
      ->add_option("--env", options.environments,
                   "Environment to render; needed when the project has any. Several for --target plain.")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_flag("--every-env", options.every_environment,
                    "Render every environment of every DIR, each into PROJECT/ENVIRONMENT of the folder.");
  add_target(*command, options.target, options.mode);
  add_output_folder(*command, options.output, options.check);
  command->callback([&context] {
    if (context.folders.size() == 1) context.folder = context.folders.front();
    context.render.folders.assign(context.folders.begin(), context.folders.end());
    if (context.folders.size() < 2) context.render.folders = {project_folder(context)};
    if (!context.templates.empty()) context.render.templates = context.templates;
    context.run = [options = context.render] { return run_render(options, std::cout, std::cerr); };
  });
}

void add_rehearse(CLI::App& app, Context& context) {
  auto& options = context.rehearse;
  auto* command =
      app.add_subcommand("rehearse", "Run the rendered Jobs on a throw-away server, and the way back.");
  command->add_option("DIR", context.folder, "Folder that holds windlass.yaml.")->type_name(kFolder);
  command->add_option("--env", options.environment,
                      "Environment to rehearse; needed when the project has any.");
  command->add_option("--database-url", context.rehearse_url, "Use this server instead of a throw-away one.");
  command->add_flag("--keep", options.keep, "Leave the throw-away server running, and say where it is.");
  add_output(*command, options.output);
  add_hook(*command, context.hook);
  command->callback([&context] {
    context.rehearse.folder = project_folder(context);
    context.rehearse.database_url = Secret(context.rehearse_url);
    if (!context.hook.empty()) context.rehearse.hook = context.hook;
    if (!context.templates.empty()) context.rehearse.templates = context.templates;
    context.run = [options = context.rehearse] {
      const StopSignal stop;
      return run_rehearse(options, std::cout, std::cerr, stop);
    };
  });
}

void add_init(CLI::App& app, Context& context) {
  auto& options = context.init;
  auto* command = app.add_subcommand("init", "Make a new project, or take over one of Flyway's.");
  command->add_option("DIR", context.folder, "Folder of the project; made when it is missing.")
      ->type_name(kFolder);
  command->add_option("--from", options.flyway_conf, "A flyway.conf whose settings are taken over.")
      ->type_name(kFile);
  command->callback([&context] {
    context.init.folder = project_folder(context);
    context.run = [options = context.init] { return run_init(options, std::cout); };
  });
}

void add_new(CLI::App& app, Context& context) {
  auto& options = context.new_migration;
  auto* command =
      app.add_subcommand("new", "Make the files of a next migration: script, undo script, verify query.");
  command->add_option("DESCRIPTION", options.description, "What it does: \"add orders table\".")->required();
  command->add_option("--database", options.database,
                      "Which of the project's databases; needed when it has several.");
  command->callback([&context] {
    context.new_migration.folder = project_folder(context);
    context.run = [options = context.new_migration] {
      return run_new(options, std::chrono::system_clock::now(), std::cout, std::cerr);
    };
  });
}

void add_lint(CLI::App& app, Context& context) {
  auto& options = context.lint;
  auto* command = app.add_subcommand("lint", "Check config and scripts; exit 1 when something is wrong.");
  command->add_option("DIR", context.folder, "Folder that holds windlass.yaml.")->type_name(kFolder);
  command->add_option("--env", options.environment, "Environment to check; by default every one.");
  command->add_option("--output", options.output, "What stdout carries: text, json, sarif or markdown.")
      ->check(CLI::IsMember({"text", "json", "sarif", "markdown"}))
      ->capture_default_str();
  command->callback([&context] {
    context.lint.folder = project_folder(context);
    context.run = [options = context.lint] { return run_lint(options, std::cout); };
  });
}

void add_plan(CLI::App& app, Context& context) {
  auto& options = context.plan;
  auto* command = app.add_subcommand("plan", "Show what a migrate would run, on a fresh database or yours.");
  command->add_option("DIR", context.folder, "Folder that holds windlass.yaml.")->type_name(kFolder);
  command->add_option("--env", options.environment,
                      "Environment to plan for; needed when the project has any.");
  command->add_option("--database", options.database, "Only this one of the project's databases.");
  command->add_option("--database-url", context.plan_url, "Ask this database what it has already.")
      ->envname(setting_environment_name("database-url"));
  command->add_option("--tenant", options.tenant, "Whose plan, when that database has tenants.");
  add_hook(*command, context.hook);
  add_output(*command, options.output);
  command->callback([&context] {
    context.plan.folder = project_folder(context);
    context.plan.database_url = Secret(context.plan_url);
    if (!context.hook.empty()) context.plan.hook = context.hook;
    context.run = [options = context.plan] { return run_plan(options, std::cout, std::cerr); };
  });
}

void add_explain(CLI::App& app, Context& context) {
  auto& options = context.explain;
  auto* command = app.add_subcommand(
      "explain", "Show what Argo CD or Helm will do with manifests, and the traps in them.");
  command->add_option("PATH", options.paths, "Files and folders of manifests, ours or not; - reads stdin.")
      ->type_name(kFile)
      ->required();
  command->add_option("--as", options.engine, "Who gets the manifests: argocd or helm.")
      ->check(CLI::IsMember({"argocd", "helm"}))
      ->required();
  command
      ->add_option("--event", options.event,
                   "What happens: first-sync, no-change, retry, selfheal, rollback or delete; for Helm also "
                   "install, upgrade, uninstall and test.")
      ->capture_default_str();
  command->add_option("--helm-version", options.helm_version, "Which Helm; the default is 4.")
      ->check(CLI::IsMember({"3", "4"}));
  command->add_option("-n,--namespace", options.space, "Namespace of the objects that name none.");
  command->add_option("--output", options.output, "What stdout carries: text, json or mermaid.")
      ->check(CLI::IsMember({"text", "json", "mermaid"}))
      ->capture_default_str();
  command->callback([&context] {
    context.run = [options = context.explain] { return run_explain(options, std::cin, std::cout); };
  });
}

void add_ci(CLI::App& app, Context& context) {
  auto& options = context.ci;
  auto* command = app.add_subcommand(
      "ci",
      "Write the pipeline of a project: lint, rehearse, render --check, and a release for each environment.");
  command->add_option("DIR", context.folder, "Folder that holds windlass.yaml.")->type_name(kFolder);
  command->add_option("--kind", options.kind, "Who runs it: cloudbuild, github, gitlab or jenkins.")
      ->required();
  add_target(*command, options.target, options.mode);
  command
      ->add_option("--env", options.environments,
                   "Environments to release to, in this order; by default as the project promotes.")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      ->add_option(
          "--image", options.image,
          "Image that the steps run in, with windlass, PostgreSQL's server, and kubectl, helm or argocd.")
      ->required();
  command
      ->add_option(
          "--manifests", options.manifests,
          "Folder with a folder of manifests per environment; the default is deploy/ of the project.")
      ->type_name(kFolder);
  command->add_option("-o,--output", options.output, "File to write, or - for stdout.")
      ->type_name(kFile)
      ->capture_default_str();
  command->callback([&context] {
    context.ci.folder = project_folder(context);
    context.run = [options = context.ci] { return run_ci(options, std::cout, std::cerr); };
  });
}

void add_argocd(CLI::App& app, Context& context) {
  auto& options = context.argocd;
  auto* command = app.add_subcommand("argocd", "Write Argo CD's AppProject and Applications of projects.");
  command->add_option("DIR", options.folders, "Folders that hold windlass.yaml.")->type_name(kFolder);
  command->add_option("--name", options.name, "Name of the ApplicationSet; needed for several projects.");
  command->add_option("-n,--namespace", options.space, "Argo CD's own namespace.")->capture_default_str();
  add_output_folder(*command, options.output, options.check);
  command->callback([&context] {
    auto& folders = context.argocd.folders;
    if (!folders.empty()) context.folder = folders.front().string();
    if (const auto folder = project_folder(context); folders.empty()) folders = {folder};
    if (!context.templates.empty()) context.argocd.templates = context.templates;
    context.run = [options = context.argocd] { return run_argocd(options, std::cout, std::cerr); };
  });
}

void add_schema(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("schema", "Print the JSON Schema of windlass.yaml, for editors.");
  command->callback([&context] { context.run = [] { return run_schema(std::cout); }; });
}

// "TEXT:{text,json}" says which values there are.
std::vector<std::string> choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const auto open = type.find('{');
  const auto close = type.rfind('}');
  if (open == std::string::npos || close == std::string::npos) return {};
  return split(type.substr(open + 1, close - open - 1), ',');
}

OptionShape shape_of(const CLI::Option& option) {
  OptionShape shape{{}, option.get_description(), Operand::kText, choices_of(option)};
  for (const auto& name : option.get_snames()) shape.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) shape.names.push_back("--" + name);
  if (shape.names.empty()) shape.names.push_back(option.get_name());
  const std::string type = option.get_type_name();
  if (option.get_items_expected_max() == 0) {
    shape.operand = Operand::kNothing;
  } else if (!shape.choices.empty()) {
    shape.operand = Operand::kChoice;
  } else if (type == kFolder || type == kFile) {
    shape.operand = type == kFolder ? Operand::kFolder : Operand::kFile;
  }
  return shape;
}

CommandShape shape_of(const CLI::App& app) {
  CommandShape shape{app.get_name(), app.get_description(), {}, {}, {}};
  for (const auto* option : app.get_options())
    (option->get_positional() ? shape.arguments : shape.options).push_back(shape_of(*option));
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    shape.commands.push_back(shape_of(*command));
  return shape;
}

void add_completion(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("completion", "Print the script that completes commands in a shell.");
  command->add_option("SHELL", context.shell, "bash, zsh or fish.")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([&app, &context] {
    context.run = [script = completion_script(context.shell, shape_of(app))] {
      std::cout << script;
      return ExitCode::kDone;
    };
  });
}

void add_commands(CLI::App& app, Context& context) {
  add_init(app, context);
  add_new(app, context);
  add_lint(app, context);
  add_plan(app, context);
  add_schema(app, context);
  add_render(app, context);
  add_rehearse(app, context);
  add_explain(app, context);
  add_argocd(app, context);
  add_ci(app, context);
  add_completion(app, context);
}

// CLI11's messages begin with a capital letter, ours do not; names of options and quotes stay as they are.
std::string as_ours(std::string message) {
  const bool is_sentence = message.size() > 1 && std::isupper(static_cast<unsigned char>(message[1])) == 0;
  if (is_sentence) message[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(message[0])));
  while (message.ends_with('\n') || message.ends_with('.')) message.pop_back();
  return message;
}

// CLI11 complains about what is missing before it looks at what nobody knows; the unknown word is the cause.
std::string fault_of(const CLI::App& app, const CLI::ParseError& error) {
  const auto unknown = app.remaining(true);
  if (unknown.empty()) return as_ours(error.what());
  const std::string& word = unknown.front();
  if (word.starts_with('-')) return "unknown option " + word;
  if (!app.get_subcommands().empty()) return "unexpected argument " + word;
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  const auto near = nearest(word, {names.begin(), names.end()});
  return "unknown command " + word + (near.empty() ? "" : "; did you mean " + std::string(near) + "?");
}

Run print(std::string text) {
  return [text = std::move(text)] {
    std::cout << text;
    return ExitCode::kDone;
  };
}

}  // namespace

Run parse_command_line(int argc, const char* const* argv) {
  CLI::App app("Brings a database to the schema that a release needs, and proves that it did.", "windlass");
  Context context;
  app.add_option("--project", context.project,
                 "Folder that holds windlass.yaml; the default is where you are.")
      ->type_name(kFolder);
  app.add_option("--templates", context.templates, "Folder with templates in place of the built-in ones.")
      ->type_name(kFolder);
  app.set_version_flag("--version", "windlass " WINDLASS_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  add_commands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return print(app.help());
  } catch (const CLI::CallForAllHelp&) {
    return print(app.help("", CLI::AppFormatMode::All));
  } catch (const CLI::CallForVersion& version) {
    return print(std::string(version.what()) + "\n");
  } catch (const CLI::ParseError& error) {
    throw Error(ExitCode::kUsage, fault_of(app, error), "Run windlass --help, or windlass COMMAND --help.");
  }
  return context.run;
}

}  // namespace windlass::generator
