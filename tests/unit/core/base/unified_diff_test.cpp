#include "core/base/unified_diff.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "core/base/files.hpp"
#include "core/base/process.hpp"

using namespace windlass;

TEST_CASE("equal texts have no difference") {
  CHECK(unified_diff("", "", "a", "b").empty());
  CHECK(unified_diff("one\ntwo\n", "one\ntwo", "a", "b").empty());
}

TEST_CASE("a changed line stands between three lines of context") {
  CHECK(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n", "before", "after") ==
        "--- before\n+++ after\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST_CASE("additions to and removals of everything have empty ranges") {
  CHECK(unified_diff("", "1\n2\n", "a", "b") == "--- a\n+++ b\n@@ -0,0 +1,2 @@\n+1\n+2\n");
  CHECK(unified_diff("1\n", "", "a", "b") == "--- a\n+++ b\n@@ -1 +0,0 @@\n-1\n");
}

TEST_CASE("long texts that share nothing are shown whole, in little memory") {
  std::string before;
  std::string after;
  for (int i = 0; i < 20'000; ++i) {
    before += "old " + std::to_string(i) + "\n";
    after += "new " + std::to_string(i) + "\n";
  }
  const auto difference = unified_diff(before, after, "a", "b");
  CHECK(difference.starts_with("--- a\n+++ b\n@@ -1,20000 +1,20000 @@\n-old 0\n"));
  CHECK(difference.ends_with("+new 19999\n"));
}

TEST_CASE("any difference, given to patch, turns the first text into the second") {
  std::mt19937 random(7);
  const auto text = [&] {
    std::string lines;
    for (auto count = random() % 40; count > 0; --count)
      lines += std::string(1, static_cast<char>('a' + random() % 4)) + "\n";
    return lines;
  };
  const TemporaryDirectory folder("windlass-test-");
  for (int i = 0; i < 50; ++i) {
    const auto before = text();
    const auto after = text();
    if (before == after) continue;
    write_file_atomically(folder.path() / "file", before);
    const auto result = run_process({.arguments = {"patch", "--silent", (folder.path() / "file").string()},
                                     .input = unified_diff(before, after, "file", "file")},
                                    {.limit = Milliseconds(10'000)});
    INFO(result.out << result.error);
    REQUIRE(result.succeeded());
    const auto patched =
        std::filesystem::exists(folder.path() / "file") ? read_file(folder.path() / "file", 1000) : "";
    REQUIRE(patched == after);
  }
}
