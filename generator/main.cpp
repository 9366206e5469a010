// windlass: from a project's config and scripts to the manifests that migrate its databases.
#include <csignal>
#include <iostream>
#include <string>

#include "core/base/error.hpp"
#include "core/base/log.hpp"
#include "generator/cli.hpp"

namespace {

using namespace windlass;

int report(const Error& error) {
  std::cerr << "windlass: error: " << error.what() << '\n' << error.details();
  if (!error.hint().empty()) std::cerr << "  hint: " << error.hint() << '\n';
  return static_cast<int>(error.code());
}

ExitCode windlass_main(int argc, char** argv) {
  log::init(log::Level::kInfo, log::Format::kText);
  const ExitCode code = generator::parse_command_line(argc, argv)();
  std::cout.flush();
  if (!std::cout)
    throw Error(ExitCode::kTransient, "stdout cannot be written", "Is the disk full, or the reader gone?");
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like a full disk, not the end
  try {
    return static_cast<int>(windlass_main(argc, argv));
  } catch (const Error& error) {
    return report(error);
  } catch (const std::exception& error) {
    return report(Error(ExitCode::kInternal, error.what(), "This is a bug in windlass; please report it."));
  }
}
