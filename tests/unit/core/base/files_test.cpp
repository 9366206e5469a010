#include "core/base/files.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <functional>

#include "core/base/error.hpp"

namespace windlass {
namespace {

namespace fs = std::filesystem;

// While it lives, no file may grow past `bytes`, as on a full disk.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : former_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &former_);
    const rlimit limit{bytes, former_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &former_);
    std::signal(SIGXFSZ, former_handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  void (*former_handler_)(int);
  rlimit former_{};
};

std::size_t entries_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  FAIL("nothing was thrown");
  throw;  // not reached
}

}  // namespace

TEST_CASE("a file is read back as it was written, whatever bytes it holds") {
  const TemporaryDirectory folder("files");
  const fs::path path = folder.path() / "deep" / "er" / "file";
  const std::string bytes = std::string("a\0b\r\n\xff", 6) + std::string(100'000, 'z');
  write_file_atomically(path, bytes);
  CHECK(read_file(path, bytes.size()) == bytes);
  write_file_atomically(path, "");
  CHECK(read_file(path, 0).empty());
  CHECK(entries_in(path.parent_path()) == 1);
}

TEST_CASE("a file that cannot be read is named with the reason") {
  const TemporaryDirectory folder("files");
  const std::string base = folder.path().string();
  write_file_atomically(folder.path() / "big", "12345");

  const Error absent = error_of([&] { read_file(base + "/absent", 10); });
  CHECK(absent.code() == ExitCode::kConfiguration);
  CHECK(absent.what() == base + "/absent does not exist");
  CHECK(error_of([&] { read_file(base, 10); }).what() == base + " is a folder, not a file");
  CHECK(error_of([&] { read_file(base + "/big", 4); }).what() == base + "/big is larger than 4 bytes");
}

TEST_CASE("a file that never ends stops at the limit") {
  CHECK(std::string(error_of([] { read_file("/dev/zero", 1000); }).what()) ==
        "/dev/zero is larger than 1000 bytes");
}

TEST_CASE("a full disk is a passing fault, leaves the old file and no half of the new one") {
  const TemporaryDirectory folder("files");
  const fs::path path = folder.path() / "file";
  write_file_atomically(path, "old");
  const Error error = [&] {
    const FullDisk full(4096);
    return error_of([&] { write_file_atomically(path, std::string(10'000, 'x')); });
  }();
  CHECK(error.code() == ExitCode::kTransient);
  CHECK_THAT(error.what(), Catch::StartsWith("cannot write " + path.string()));
  CHECK_THAT(error.what(), Catch::EndsWith(": File too large"));
  CHECK(error.hint() == "Free space on that disk, then run again.");
  CHECK(read_file(path, 100) == "old");
  CHECK(entries_in(folder.path()) == 1);
}

TEST_CASE("a place that cannot be written is a configuration fault and loses nothing") {
  const TemporaryDirectory folder("files");
  write_file_atomically(folder.path() / "file", "old");
  fs::create_directories(folder.path() / "taken" / "inside");

  const Error below_a_file = error_of([&] { write_file_atomically(folder.path() / "file" / "x", "new"); });
  CHECK(below_a_file.code() == ExitCode::kConfiguration);
  CHECK(below_a_file.hint() == "Check that the folder is writable.");
  const Error over_a_folder = error_of([&] { write_file_atomically(folder.path() / "taken", "new"); });
  CHECK(over_a_folder.code() == ExitCode::kConfiguration);
  CHECK(over_a_folder.what() == "cannot write " + (folder.path() / "taken").string() + ": Is a directory");
  CHECK(read_file(folder.path() / "file", 100) == "old");
  CHECK(entries_in(folder.path()) == 2);
}

TEST_CASE("a temporary folder is private and goes with all its contents, unless kept") {
  fs::path gone, kept;
  {
    const TemporaryDirectory folder("files");
    gone = folder.path();
    CHECK(fs::status(gone).permissions() == fs::perms::owner_all);
    write_file_atomically(gone / "a" / "b", "c");
    TemporaryDirectory other("kept", gone.parent_path());
    other.keep();
    kept = other.path();
  }
  CHECK_FALSE(fs::exists(gone));
  CHECK(fs::exists(kept));
  fs::remove_all(kept);
  CHECK_THROWS_AS(TemporaryDirectory("x", "/nowhere/at-all"), Error);
}

TEST_CASE("an environment variable that is empty is set") {
  setenv("WINDLASS_FILES_TEST", "", 1);
  CHECK(environment_variable("WINDLASS_FILES_TEST") == "");
  unsetenv("WINDLASS_FILES_TEST");
  CHECK_FALSE(environment_variable("WINDLASS_FILES_TEST").has_value());
}

}  // namespace windlass
