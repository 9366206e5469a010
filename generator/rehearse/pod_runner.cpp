#include "generator/rehearse/pod_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/contract/labels.hpp"
#include "core/contract/phase.hpp"

namespace windlass::generator {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kTerminationVariable = "WINDLASS_TERMINATION_LOG";
constexpr const char* kUrlVariable = "WINDLASS_DATABASE_URL";
constexpr const char* kProxyVariable = "WINDLASS_PROXY_QUIT_URL";
constexpr const char* kConnectionPrefix = "WINDLASS_DATABASE_";
constexpr const char* kDirectConnectionPrefix = "WINDLASS_DIRECT_DATABASE_";

// Settings files name mount paths; scripts are left alone, or their digest would no longer be theirs.
bool may_name_paths(const std::string& path) {
  constexpr std::array<std::string_view, 5> kSuffixes{".yaml", ".yml", ".json", ".conf", ".properties"};
  return !path.ends_with(".sql.conf") &&
         std::any_of(kSuffixes.begin(), kSuffixes.end(), [&](auto suffix) { return path.ends_with(suffix); });
}

// The hook's termination message is a line of JSON; of anything else the first line is shown.
std::string message_in(const fs::path& file) {
  constexpr std::size_t kLimit = 4096;  // what the kubelet keeps
  const auto text = read_file(file, kLimit);
  const auto message = json::parse(text, nullptr, false);
  if (message.is_object() && message.contains("message")) return text_or(message, "message", "");
  return std::string(trim(text.substr(0, text.find('\n'))));
}

std::map<std::string, std::string> texts(const json& object, const char* key) {
  std::map<std::string, std::string> result;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_object()) return result;
  for (const auto& [name, value] : found->items()) result[name] = text_or(*found, name.c_str(), "");
  return result;
}

std::vector<const json*> in_order(const json& pod_spec) {
  std::vector<const json*> containers;
  for (const auto& container : items_at(pod_spec, "initContainers")) containers.push_back(&container);
  for (const auto& container : items_at(pod_spec, "containers")) containers.push_back(&container);
  return containers;
}

void change(Environment& environment, const Changes& changes) {
  for (const auto& name : changes.without) {
    std::erase_if(environment, [&](const auto& variable) { return variable.first == name; });
  }
  for (const auto& [name, value] : changes.environment) set_variable(environment, name, value);
  if (changes.database) set_variable(environment, kUrlVariable, to_url(*changes.database).reveal());
}

// What a container runtime adds to what the manifest says.
Environment runtime_variables(const PathMap& paths, const PodFacts& facts, const fs::path& pod_folder,
                              const fs::path& programs) {
  const auto path = environment_variable("PATH").value_or("/usr/bin:/bin");
  const auto mounted_tmp = paths.outside("/tmp");
  return {{"PATH", programs.empty() ? path : programs.string() + ":" + path},
          {"HOME", pod_folder.string()},
          {"HOSTNAME", facts.name},
          {"TMPDIR", mounted_tmp == "/tmp" ? (pod_folder / "tmp").string() : mounted_tmp},
          {"LANG", "C.UTF-8"},
          {"WINDLASS_LOG_FORMAT", "text"}};  // a person reads the log of what failed
}

void set_missing(Environment& environment, const Environment& additions) {
  for (const auto& [name, value] : additions) {
    if (find_variable(environment, name) == nullptr) environment.emplace_back(name, value);
  }
}

// WINDLASS_DATABASE_PASSWORD_FILE and its like become the variables that they stand for.
void take_connection_files(Environment& environment) {
  constexpr std::size_t kLimit = 1U << 16U;
  constexpr std::string_view kSuffix = "_FILE";
  for (const auto& [name, path] : Environment(environment)) {
    const bool connects = name.starts_with(kConnectionPrefix) || name.starts_with(kDirectConnectionPrefix);
    if (!connects || !name.ends_with(kSuffix) || path.empty()) continue;
    set_variable(environment, name.substr(0, name.size() - kSuffix.size()),
                 std::string(trim(read_file(path, kLimit))));
  }
}

// A flag would win over the environment that leads to the rehearsal's server.
bool names_database(const std::vector<std::string>& arguments) {
  return std::any_of(arguments.begin(), arguments.end(), [](const auto& word) {
    return word.starts_with("--database-") || word.starts_with("--direct-database-");
  });
}

Milliseconds grace_of(const json& pod_spec) {
  constexpr std::int64_t kDefaultSeconds = 30;  // Kubernetes'
  return Milliseconds(pod_spec.value("terminationGracePeriodSeconds", kDefaultSeconds) * 1000);
}

// The hook's own words, and the container's arguments as the kubelet expands them.
std::vector<std::string> arguments_of(const fs::path& hook, const json& container,
                                      const Environment& environment, const PathMap& paths) {
  auto words = texts_at(container, "command");
  if (!words.empty()) words.erase(words.begin());
  for (auto& arg : texts_at(container, "args")) words.push_back(std::move(arg));
  std::vector<std::string> arguments{hook.string()};
  for (const auto& word : words) arguments.push_back(paths.outside(expand_references(word, environment)));
  return arguments;
}

}  // namespace

bool PodResult::succeeded() const {
  return std::all_of(containers.begin(), containers.end(),
                     [](const auto& container) { return container.succeeded(); });
}

std::string hook_phase(const json& container) {
  const auto command = texts_at(container, "command");
  const auto args = texts_at(container, "args");
  const bool names_hook = !command.empty() && fs::path(command.front()).filename() == contract::kHookProgram;
  if (!command.empty() && !names_hook) return {};
  std::vector<std::string> words(command.begin() + (command.empty() ? 0 : 1), command.end());
  words.insert(words.end(), args.begin(), args.end());
  if (!words.empty() && parse_phase(words.front())) return words.front();
  return names_hook ? "windlass-hook" : "";
}

PodFacts pod_facts(const json& owner, const json& pod_template) {
  const auto& metadata = owner.at("metadata");
  PodFacts facts;
  facts.name = text_or(metadata, "name", "") + "-rehearsal";
  facts.namespace_name = text_or(metadata, "namespace", "default");
  facts.service_account = text_or(pod_template.at("spec"), "serviceAccountName", "default");
  if (const auto pod_metadata = pod_template.find("metadata"); pod_metadata != pod_template.end()) {
    facts.labels = texts(*pod_metadata, "labels");
    facts.annotations = texts(*pod_metadata, "annotations");
  }
  return facts;
}

fs::path PodRunner::next_pod_folder() {
  auto folder = setting_.folder / fmt::format("pod-{}", ++pods_);
  fs::create_directories(folder / "tmp");
  return folder;
}

PodResult PodRunner::run(const PodFacts& facts, const json& pod_spec, Milliseconds limit,
                         const std::function<void(const ContainerResult&)>& on_end) {
  PodResult result;
  const auto folder = next_pod_folder();
  const Deadline deadline(*setting_.clock, limit);
  for (const auto* container : in_order(pod_spec)) {
    if (hook_phase(*container).empty()) {
      result.passed_over.push_back(text_or(*container, "name", ""));
      continue;
    }
    result.containers.push_back(run_in(folder, {facts, pod_spec, *container}, deadline.left(), {}));
    if (on_end) on_end(result.containers.back());
    if (!result.containers.back().succeeded()) break;
  }
  return result;
}

ContainerResult PodRunner::run_container(const HookContainer& hook, Milliseconds limit,
                                         const Changes& changes) {
  return run_in(next_pod_folder(), hook, limit, changes);
}

DatabaseUrl PodRunner::database_of(const HookContainer& hook) {
  const auto folder = next_pod_folder();
  return prepare(folder, folder / "termination-log", hook, {}).database;
}

PodRunner::Prepared PodRunner::prepare(const fs::path& pod_folder, const fs::path& termination_file,
                                       const HookContainer& hook, const Changes& changes) {
  const auto& container = hook.container;
  auto environment = container_environment(container, *setting_.objects, hook.facts);
  Volumes volumes(hook.pod_spec, *setting_.objects, pod_folder, setting_.folder / "claims",
                  setting_.stand_in);
  auto paths = volumes.mount(container);
  paths.add(text_or(container, "terminationMessagePath", std::string(contract::kTerminationLog)),
            termination_file);
  const auto arguments = arguments_of(setting_.hook, container, environment, paths);
  volumes.write(container,
                [&](const std::string& path, const std::string& bytes) -> std::optional<std::string> {
                  if (changes.keep_file && !changes.keep_file(path)) return std::nullopt;
                  return setting_.server->redirect_text(may_name_paths(path) ? paths.outside(bytes) : bytes);
                });
  for (auto& [name, value] : environment) value = paths.outside(value);
  take_connection_files(environment);
  // No proxy stands beside the hook here, to be told that it may end.
  std::erase_if(environment, [](const auto& variable) { return variable.first == kProxyVariable; });
  const auto database = setting_.server->redirect_environment(environment);
  if (!database || names_database(arguments)) {
    throw Error(
        ExitCode::kConfiguration,
        fmt::format("the container {} does not say in its environment alone where its database is",
                    text_or(container, "name", "")),
        "Set WINDLASS_DATABASE_URL there; a rehearsal could not lead it to its own server otherwise.");
  }
  change(environment, changes);
  set_missing(environment, {{kTerminationVariable, termination_file.string()}});
  set_missing(environment, runtime_variables(paths, hook.facts, pod_folder, setting_.server->programs()));
  return {{.arguments = arguments,
           .environment = environment,
           .inherit_environment = false,
           .directory = pod_folder,
           .signal_at_parent_death = SIGTERM},
          *database};
}

ContainerResult PodRunner::run_in(const fs::path& pod_folder, const HookContainer& hook, Milliseconds limit,
                                  const Changes& changes) {
  ContainerResult result;
  result.name = text_or(hook.container, "name", "");
  result.phase = hook_phase(hook.container);
  const auto begin = setting_.clock->now();
  const auto termination_file = pod_folder / (result.name + ".termination-log");
  write_file_atomically(termination_file, "");
  try {
    const auto prepared = prepare(pod_folder, termination_file, hook, changes);
    auto ended = run_process(prepared.command,
                             {.limit = limit, .grace = grace_of(hook.pod_spec), .stop = setting_.stop});
    result.exit_code = ended.exit_code;
    result.timed_out = ended.ended == Ended::kTimedOut;
    result.message = message_in(termination_file);
    result.output = std::move(ended.out);
    result.log = std::move(ended.error);
  } catch (const Error& error) {
    result.message = error.what();
    result.log = error.details().empty() ? error.hint() : error.details();
  }
  result.duration = elapsed(*setting_.clock, begin);
  if (setting_.stop->requested()) {
    throw Error(ExitCode::kTerminated, fmt::format("stopped while the container {} ran", result.name));
  }
  return result;
}

}  // namespace windlass::generator
