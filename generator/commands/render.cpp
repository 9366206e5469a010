#include "generator/commands/render.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <exception>
#include <future>
#include <memory>
#include <ostream>
#include <set>
#include <sstream>
#include <thread>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "generator/commands/choose_target.hpp"
#include "generator/commands/open_project.hpp"
#include "generator/commands/output_folders.hpp"
#include "generator/manifests/kustomize.hpp"
#include "generator/manifests/manifests.hpp"
#include "generator/manifests/project_files.hpp"
#include "generator/plan/target.hpp"

namespace windlass::generator {
namespace {

void refuse_what_does_not_fit(const RenderOptions& options, const Target& target) {
  if (options.check && options.output == "-") {
    throw Error(ExitCode::kUsage, "--check compares with a folder, and -o - names none",
                "Name the folder that holds the committed manifests.");
  }
  if (target.reader == Reader::kHelm && options.output == "-") {
    throw Error(ExitCode::kUsage, "a chart is a folder, and -o - names none", "Name a folder.");
  }
  if (options.environments.size() < 2) return;
  for (auto it = options.environments.begin(); it != options.environments.end(); ++it) {
    if (std::find(options.environments.begin(), it, *it) == it) continue;
    throw Error(ExitCode::kUsage, fmt::format("--env names {} twice", *it), "Name each environment once.");
  }
  if (target.reader != Reader::kKubectl) {
    throw Error(ExitCode::kUsage, fmt::format("--target {} renders one environment at a time", target.name),
                "Render each environment into a folder of its own; --target plain makes overlays.");
  }
  if (options.output == "-") {
    throw Error(ExitCode::kUsage, "several environments make several folders, and -o - names none",
                "Name a folder, or one environment.");
  }
}

Templates templates_of(const RenderOptions& options) {
  return options.templates ? Templates::with_overrides(*options.templates) : Templates::built_in();
}

void write_stream(const Rendered& rendered, std::ostream& out) {
  for (const auto& object : rendered.objects) out << "---\n" << object.text;
}

// Renders one project, for some of its environments at a time.
class ProjectRender {
 public:
  ProjectRender(const RenderOptions& options, const project::ConfigFile& config, const Templates& templates)
      : options_(options), config_(config), templates_(templates) {}

  ExitCode run(const std::vector<std::string>& environments, const std::string& output, std::ostream& out,
               std::ostream& err) {
    const auto folders = render_folders(environments, err);
    if (output == "-") {
      write_stream(folders.front().rendered, out);
      return ExitCode::kDone;
    }
    if (folders.size() > 1) refuse_other_overlays(output, folders);
    return options_.check ? check_folders(output, folders, "windlass render", out, err)
                          : write_folders(output, folders, out);
  }

 private:
  // The one folder of a render, or the base and an overlay for each environment.
  std::vector<RenderedFolder> render_folders(const std::vector<std::string>& names, std::ostream& err) {
    std::vector<RenderedEnvironment> environments;
    for (const auto& name : names.empty() ? std::vector<std::string>{""} : names) {
      auto project = open_environment(config_, name, err);
      auto rendered = make_manifests(project, files_.of(project), templates_,
                                     choose_target(options_.target, options_.mode, project, err));
      if (!rendered.delivery.why.empty()) err << to_sentence(rendered.delivery) << '\n';
      environments.push_back({std::move(project), std::move(rendered)});
    }
    if (environments.size() > 1) return make_overlays(environments);
    return {{"", std::move(environments.front().project), std::move(environments.front().rendered)}};
  }

  const RenderOptions& options_;
  const project::ConfigFile& config_;
  const Templates& templates_;
  ProjectFiles files_;
};

void refuse_ambiguous_folders(const RenderOptions& options) {
  if (!options.every_environment) {
    throw Error(ExitCode::kUsage, "several projects are named, and --every-env is not given",
                "Give --every-env, or render one project at a time.");
  }
  if (!options.environments.empty()) {
    throw Error(ExitCode::kUsage, "--env names environments, and --every-env asks for all of them",
                "Leave one of them out.");
  }
}

// What rendering one project came to, told when its turn comes.
struct Said {
  std::ostringstream out;
  std::ostringstream err;
  ExitCode code = ExitCode::kDone;
  std::exception_ptr fault;  // what ended it
};

// As a call of its own for each project and environment: several projects at once, told in their order.
class ManyRenders {
 public:
  ManyRenders(const RenderOptions& options, std::ostream& out, std::ostream& err)
      : options_(options), templates_(templates_of(options)), out_(out), err_(err) {}

  ExitCode run() {
    // More than run at once, so that processors that are done find work while one that is slow is waited for.
    const std::size_t most = 8 * std::max(1U, std::thread::hardware_concurrency());
    for (const auto& folder : options_.folders) {
      if (under_way_.size() == most) tell_first();
      under_way_.push_back(begin(folder));
    }
    while (!under_way_.empty()) tell_first();
    return result_;
  }

 private:
  // Names are taken in the order of the call: of two that are the same, the second is at fault.
  std::future<Said> begin(const std::filesystem::path& folder) {
    try {
      auto config = read_config(folder);
      std::ostringstream said_again;  // by each environment
      auto project = open_project(*config, "", said_again);
      if (!names_.insert(project.name).second) {
        throw Error(ExitCode::kUsage, fmt::format("two of the projects are called {}", project.name),
                    "Render them in two calls, into two folders.");
      }
      return std::async(std::launch::async, [this, config = std::move(config), project = std::move(project)] {
        return rendered(*config, project);
      });
    } catch (...) {
      return std::async(std::launch::deferred, [fault = std::current_exception()] {
        Said said;
        said.fault = fault;
        return said;
      });
    }
  }

  Said rendered(const project::ConfigFile& config, const project::Project& project) const {
    Said said;
    try {
      render_environments(config, project, said);
    } catch (...) {
      said.fault = std::current_exception();
    }
    return said;
  }

  void render_environments(const project::ConfigFile& config, const project::Project& project,
                           Said& said) const {
    auto environments = project.environments;
    if (environments.empty()) environments.emplace_back();
    ProjectRender render(options_, config, templates_);
    for (const auto& environment : environments)
      said.code =
          std::max(said.code, render.run({environment}, output_of(project, environment), said.out, said.err));
  }

  std::string output_of(const project::Project& project, const std::string& environment) const {
    if (options_.output == "-") return options_.output;
    auto output = (std::filesystem::path(options_.output) / project.name / environment).string();
    if (output.ends_with('/')) output.pop_back();
    return output;
  }

  void tell_first() {
    const Said said = under_way_.front().get();
    under_way_.pop_front();
    out_ << said.out.view();
    err_ << said.err.view();
    if (said.fault) std::rethrow_exception(said.fault);
    result_ = std::max(result_, said.code);
  }

  const RenderOptions& options_;
  const Templates templates_;
  std::ostream& out_;
  std::ostream& err_;
  std::set<std::string> names_;
  ExitCode result_ = ExitCode::kDone;
  std::deque<std::future<Said>> under_way_;  // last, so that all have ended before the rest goes
};

}  // namespace

ExitCode run_render(const RenderOptions& options, std::ostream& out, std::ostream& err) {
  refuse_what_does_not_fit(options, choose_target(options.target, options.mode));
  if (!options.every_environment && options.folders.size() < 2) {
    const auto config = read_config(options.folders.front());
    const auto templates = templates_of(options);
    return ProjectRender(options, *config, templates).run(options.environments, options.output, out, err);
  }
  refuse_ambiguous_folders(options);
  return ManyRenders(options, out, err).run();
}

}  // namespace windlass::generator
