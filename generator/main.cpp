// windlass: from a project's config and scripts to the manifests that migrate its databases.
#include <malloc.h>

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

// What one project leaves of the heap the next one takes: to give it back between costs a tenth of a render
// of many.
void keep_heap() {
  constexpr int kKept = 64 << 20;
  constexpr int kLargestPiece = 32 << 20;
  mallopt(M_TRIM_THRESHOLD, kKept);
  mallopt(M_MMAP_THRESHOLD, kLargestPiece);
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
  keep_heap();
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like a full disk, not the end
  try {
    return static_cast<int>(windlass_main(argc, argv));
  } catch (const Error& error) {
    return report(error);
  } catch (const std::exception& error) {
    return report(Error(ExitCode::kInternal, error.what(), "This is a bug in windlass; please report it."));
  }
}
