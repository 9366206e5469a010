#include "hook/cli.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/base/text.hpp"
#include "core/contract/exit_code.hpp"
#include "core/contract/settings.hpp"

namespace windlass::hook {
namespace {

std::string_view type_name(SettingKind kind) {
  switch (kind) {
    case SettingKind::kList: return "A,B";
    case SettingKind::kMap: return "NAME=VALUE";
    case SettingKind::kCount: return "N";
    case SettingKind::kDuration: return "TIME";
    case SettingKind::kPath: return "PATH";
    default: return "TEXT";
  }
}

CLI::Option* add_setting(CLI::App& app, const SettingRow& row) {
  const auto flag = fmt::format("--{}", row.name);
  const auto help = fmt::format(
      "{}{}", row.help, row.default_value.empty() ? "" : fmt::format(" Default: {}", row.default_value));
  if (row.kind == SettingKind::kBool) {
    return app.add_flag(flag, help)->multi_option_policy(CLI::MultiOptionPolicy::Throw)->group("Settings");
  }
  const auto keep = [](const CLI::results_t&) { return true; };
  auto* const option = app.add_option(flag, keep, help)->type_name(std::string(type_name(row.kind)));
  // One value for each time the flag is given: what follows it may be the phase.
  if (row.kind == SettingKind::kList || row.kind == SettingKind::kMap)
    option->take_all()->allow_extra_args(false);
  return option->group("Settings");
}

std::string footer(std::span<const Phase> phases) {
  std::string text = "Phases:\n";
  for (const auto& row : phase_table()) {
    if (std::find(phases.begin(), phases.end(), row.phase) == phases.end()) continue;
    text += fmt::format("  {:<13} {}\n", row.name, row.summary);
  }
  text +=
      "\nEvery setting is also read from the environment, lock-timeout as WINDLASS_LOCK_TIMEOUT, from the "
      "file\n"
      "that WINDLASS_LOCK_TIMEOUT_FILE names, and from the settings file as lockTimeout, in this order.\n"
      "\nExit codes:\n";
  for (const auto& row : exit_code_table()) {
    if (row.code == ExitCode::kFound) continue;  // the generator's
    text += fmt::format("  {:<4} {}\n", static_cast<int>(row.code), row.meaning);
  }
  return text;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
  const auto meant = nearest(word, candidates);
  return meant.empty() ? "" : fmt::format("; did you mean {}?", meant);
}

Error usage(const std::string& message) {
  return Error(ExitCode::kUsage, message, "See windlass-hook --help.");
}

// CLI11's own words, said as we say things: "--deadline: 1 required TIME missing".
Error usage_of(const CLI::ParseError& error) {
  const std::string text = error.what();
  const auto flag = text.substr(0, text.find(':'));
  if (text.ends_with("missing")) return usage(flag + " needs a value");
  if (text.find("At Most") != std::string::npos) return usage(flag + " is given more than once");
  return usage(text);
}

Phase find_phase(const std::string& word, std::span<const Phase> phases) {
  std::vector<std::string_view> names;
  for (const auto phase : phases) {
    if (phase_name(phase) == word) return phase;
    names.push_back(phase_name(phase));
  }
  throw usage(fmt::format("unknown phase {}{}", word, did_you_mean(word, names)));
}

void refuse_extras(const std::vector<std::string>& extras) {
  std::vector<std::string> flags{"--help", "--version", "--explain-settings"};
  for (const auto& row : setting_table()) flags.push_back(fmt::format("--{}", row.name));
  const std::vector<std::string_view> candidates(flags.begin(), flags.end());
  std::vector<std::string> faults;
  for (const auto& extra : extras) {
    // The value may be a secret that was meant for another flag.
    const auto word = extra.substr(0, extra.find('='));
    if (extra.starts_with('-'))
      faults.push_back(fmt::format("unknown flag {}{}", word, did_you_mean(word, candidates)));
  }
  if (!faults.empty()) throw usage(join(faults, "; "));
  if (!extras.empty()) throw usage("there is more than one phase on the command line");
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv, std::span<const Phase> phases) {
  CLI::App app("Brings a PostgreSQL database to the schema that a release needs, one phase at a time.",
               "windlass-hook");
  CommandLine result;
  std::string word;
  app.allow_extras();
  app.footer(footer(phases));
  app.get_formatter()->column_width(40);
  app.add_option("PHASE", word, "What to do")->type_name("");
  app.set_version_flag("--version", "windlass-hook " WINDLASS_VERSION);
  app.add_flag("--explain-settings", result.explain_settings,
               "Print each setting with its source, run nothing");
  std::vector<std::pair<std::string, const CLI::Option*>> options;
  for (const auto& row : setting_table()) options.emplace_back(row.name, add_setting(app, row));
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    result.print = app.help();
    return result;
  } catch (const CLI::CallForVersion& version) {
    result.print = std::string(version.what()) + "\n";
    return result;
  } catch (const CLI::ParseError& error) {
    throw usage_of(error);
  }
  refuse_extras(app.remaining());
  for (const auto& [name, option] : options) {
    if (option->count() > 0) result.flags[name] = option->results();
  }
  if (!word.empty()) result.phase = find_phase(word, phases);
  if (!result.phase && !result.explain_settings) throw usage("no phase is named");
  return result;
}

}  // namespace windlass::hook
