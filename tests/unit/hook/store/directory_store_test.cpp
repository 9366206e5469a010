#include "hook/store/directory_store.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <fstream>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/base/files.hpp"

using namespace windlass;
using namespace windlass::hook;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

Manifest manifest_of(const std::string& identity, const std::string& finished, std::string_view bytes) {
  Manifest manifest;
  manifest.identity = identity;
  manifest.finished = finished;
  manifest.files = {{"database.dump", bytes.size(), sha256_hex(bytes)}};
  return manifest;
}

PublishedBackup publish(DirectoryStore& store, const std::string& name, const std::string& identity,
                        const std::string& finished, std::string_view bytes = "dump") {
  auto staged = store.begin(name);
  std::ofstream(staged->file("database.dump")) << bytes;
  return staged->publish(manifest_of(identity, finished, bytes));
}

void make_old(const fs::path& folder, std::chrono::seconds age) {
  fs::last_write_time(folder, fs::file_time_type::clock::now() - age);
}

struct Store {
  TemporaryDirectory folder{"windlass-store-"};
  DirectoryStore store{folder.path()};
};

}  // namespace

TEST_CASE("nobody sees a backup before it is published") {
  Store s;
  auto staged = s.store.begin("shop-1");
  std::ofstream(staged->file("database.dump")) << "dump";
  CHECK(staged->bytes() == 4);
  CHECK(s.store.list("db").empty());
  CHECK(names_in(s.folder.path()) == std::vector<std::string>{".partial-shop-1"});
  const auto published = staged->publish(manifest_of("db", "2026-01-01T00:00:00Z", "dump"));
  staged.reset();
  CHECK(published.name == "shop-1");
  CHECK(published.location == (s.folder.path() / "shop-1").string());
  CHECK(names_in(s.folder.path()) == std::vector<std::string>{"shop-1"});
  CHECK(names_in(s.folder.path() / "shop-1") == std::vector<std::string>{"database.dump", "manifest.json"});
  REQUIRE(s.store.list("db").size() == 1);
  CHECK(s.store.list("db").front().manifest == published.manifest);
  CHECK(s.store.verify(published).empty());
}

TEST_CASE("a backup that is given up leaves nothing") {
  Store s;
  {
    auto staged = s.store.begin("shop-1");
    std::ofstream(staged->file("database.dump")) << "dump";
  }
  CHECK(names_in(s.folder.path()).empty());
}

TEST_CASE("backups are listed newest first, those of other databases not at all") {
  Store s;
  publish(s.store, "b", "db", "2026-01-02T00:00:00Z");
  publish(s.store, "a", "db", "2026-01-03T00:00:00Z");
  publish(s.store, "c", "db", "2026-01-01T00:00:00Z");
  publish(s.store, "d", "other", "2026-01-04T00:00:00Z");
  fs::create_directory(s.folder.path() / "lost+found");
  std::ofstream(s.folder.path() / "a-file") << "x";
  fs::create_directory(s.folder.path() / "broken");
  std::ofstream(s.folder.path() / "broken" / "manifest.json") << "{";
  std::vector<std::string> names;
  for (const auto& backup : s.store.list("db")) names.push_back(backup.name);
  CHECK(names == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("retention keeps the newest of the database and touches no other") {
  Store s;
  for (const char* day : {"1", "2", "3", "4"}) {
    publish(s.store, std::string("shop-") + day, "db", std::string("2026-01-0") + day + "T00:00:00Z");
  }
  publish(s.store, "other", "other", "2025-01-01T00:00:00Z");
  CHECK(retain(s.store, "db", 4).empty());
  CHECK(retain(s.store, "db", 2) == std::vector<std::string>{"shop-2", "shop-1"});
  CHECK(names_in(s.folder.path()) == std::vector<std::string>{"other", "shop-3", "shop-4"});
}

TEST_CASE("verify says how a backup differs from its manifest") {
  Store s;
  const auto backup = publish(s.store, "shop", "db", "2026-01-01T00:00:00Z", "0123456789");
  const auto dump = s.folder.path() / "shop" / "database.dump";
  std::ofstream(dump) << "0123x56789";
  CHECK(s.store.verify(backup) == "database.dump has another digest than its manifest");
  std::ofstream(dump) << "0123";
  CHECK(s.store.verify(backup) == "database.dump has 4 bytes instead of 10");
  fs::remove(dump);
  CHECK(s.store.verify(backup) == "database.dump is missing");
  auto empty = backup;
  empty.manifest.files.clear();
  CHECK(s.store.verify(empty) == "its manifest lists no file");
}

TEST_CASE("two backups of one name do not mix") {
  Store s;
  const auto first = s.store.begin("shop");
  const auto place = (s.folder.path() / ".partial-shop").string();
  CHECK_THROWS_WITH(s.store.begin("shop"), "cannot write " + place + ": File exists");
  CHECK(names_in(s.folder.path()) == std::vector<std::string>{".partial-shop"});
}

TEST_CASE("publishing over a backup of the same name fails and leaves that one whole") {
  Store s;
  const auto backup = publish(s.store, "shop", "db", "2026-01-01T00:00:00Z", "first");
  auto staged = s.store.begin("shop");
  std::ofstream(staged->file("database.dump")) << "second";
  CHECK_THROWS_WITH(staged->publish(manifest_of("db", "2026-01-02T00:00:00Z", "second")),
                    "cannot write " + (s.folder.path() / "shop").string() + ": Directory not empty");
  staged.reset();
  CHECK(s.store.verify(backup).empty());
  CHECK(names_in(s.folder.path()) == std::vector<std::string>{"shop"});
}

TEST_CASE("what a killed run left is removed, what a living run works on stays") {
  Store s;
  const auto living = s.store.begin("living");
  make_old(s.folder.path() / ".partial-living", std::chrono::hours(48));
  const pid_t child = fork();
  if (child == 0) {
    const auto staged = s.store.begin("killed");
    std::ofstream(staged->file("database.dump")) << "half";
    raise(SIGKILL);
  }
  REQUIRE(waitpid(child, nullptr, 0) == child);
  CHECK(s.store.remove_leftovers().empty());  // too young to tell from a run that is just starting
  make_old(s.folder.path() / ".partial-killed", std::chrono::minutes(2));
  CHECK(s.store.list("db").empty());
  CHECK(s.store.remove_leftovers() == std::vector<std::string>{".partial-killed"});
  CHECK(names_in(s.folder.path()) == std::vector<std::string>{".partial-living"});
}

TEST_CASE("an interrupted removal is finished by the next run") {
  Store s;
  publish(s.store, "shop", "db", "2026-01-01T00:00:00Z");
  fs::rename(s.folder.path() / "shop", s.folder.path() / ".partial-shop");
  make_old(s.folder.path() / ".partial-shop", std::chrono::minutes(2));
  CHECK(s.store.list("db").empty());
  CHECK(s.store.remove_leftovers() == std::vector<std::string>{".partial-shop"});
}

TEST_CASE("a store that is not mounted is a configuration error") {
  const TemporaryDirectory folder("windlass-store-");
  const auto missing = folder.path() / "none";
  try {
    const DirectoryStore store(missing);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kConfiguration);
    CHECK(std::string(error.what()) == "backup-dir " + missing.string() + " is no folder");
    CHECK(error.hint() == "Mount the backup volume there.");
  }
}

TEST_CASE("a store that went away is said") {
  Store s;
  fs::remove(s.folder.path());
  CHECK_THROWS_WITH(s.store.list("db"),
                    "cannot read " + s.folder.path().string() + ": No such file or directory");
  CHECK_THROWS_WITH(s.store.begin("x"), "cannot write " + (s.folder.path() / ".partial-x").string() +
                                            ": No such file or directory");
}

TEST_CASE("a file that vanished before publishing is an error, not a backup") {
  Store s;
  auto staged = s.store.begin("shop");
  CHECK_THROWS_WITH(staged->publish(manifest_of("db", "2026-01-01T00:00:00Z", "dump")),
                    "cannot write " + staged->file("database.dump").string() + ": No such file or directory");
  staged.reset();
  CHECK(names_in(s.folder.path()).empty());
}

TEST_CASE("a full disk while publishing is transient and leaves nothing") {
  Store s;
  auto staged = s.store.begin("shop");
  std::ofstream(staged->file("database.dump")) << "dump";
  // A limit of the process stands in for the disk: writes beyond it fail as they do on a full one.
  struct rlimit before {};
  getrlimit(RLIMIT_FSIZE, &before);
  auto* const former = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small { 16, before.rlim_max };
  setrlimit(RLIMIT_FSIZE, &small);
  std::optional<Error> caught;
  try {
    staged->publish(manifest_of("db", "2026-01-01T00:00:00Z", "dump"));
  } catch (const Error& error) {
    caught = error;
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, former);
  REQUIRE(caught);
  CHECK(caught->code() == ExitCode::kTransient);
  CHECK_THAT(std::string(caught->what()),
             Catch::EndsWith("manifest.json: File too large") || Catch::Contains("manifest.json"));
  CHECK(caught->hint() == "Free space on the backup volume, or lower backup-retention, then run again.");
  staged.reset();
  CHECK(names_in(s.folder.path()).empty());
}
