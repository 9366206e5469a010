#include "hook/execute/run_monitor.hpp"

#include <catch2/catch.hpp>

namespace windlass::hook {
namespace {

Progress scanning(std::int64_t done) {
  return {"index build", "building index: scanning table", done, 1'000, "blocks", "", ""};
}

constexpr Milliseconds at(int seconds) { return std::chrono::seconds(seconds); }

}  // namespace

TEST_CASE("the time that is left follows from how fast the phase went since it was first seen") {
  Estimate estimate;
  CHECK_FALSE(estimate.left(scanning(100), at(5)));
  CHECK_FALSE(estimate.left(scanning(150), at(6)));  // too short a while to tell
  CHECK(estimate.left(scanning(300), at(15)) == at(35));
  CHECK(estimate.left(scanning(1'000), at(50)) == at(0));
}

TEST_CASE("a new phase begins a new estimate, and what counts nothing has none") {
  Estimate estimate;
  estimate.left(scanning(100), at(5));
  Progress loading = scanning(10);
  loading.phase = "building index: loading tuples in tree";
  CHECK_FALSE(estimate.left(loading, at(20)));
  loading.done = 20;
  CHECK(estimate.left(loading, at(30)) == at(980));
  CHECK_FALSE(estimate.left({"index build", "waiting for old snapshots", 1, 3, "lockers", "", ""}, at(40)));
  CHECK_FALSE(estimate.left({"index build", "waiting for old snapshots", 2, 3, "lockers", "", ""}, at(60)));
  CHECK_FALSE(estimate.left({}, at(70)));
}

TEST_CASE("a line of progress says phase, share and time left, or what the statement waits for") {
  CHECK(progress_text(scanning(451), at(130)) ==
        "index build: building index: scanning table, 45 %, about 2m10s left");
  CHECK(progress_text(scanning(2'000), std::nullopt) == "index build: building index: scanning table, 100 %");
  CHECK(progress_text({"index build", "waiting for old snapshots", 1, 3, "lockers", "Lock", "virtualxid"},
                      {}) ==
        "index build: waiting for old snapshots, 1 of 3 done, waits for virtualxid (Lock)");
  CHECK(progress_text({"vacuum", "vacuuming indexes", 0, 0, "blocks", "IO", "DataFileRead"}, {}) ==
        "vacuum: vacuuming indexes");
  CHECK(progress_text({"", "", 0, 0, "", "IO", "DataFileRead"}, {}) == "waits for DataFileRead (IO)");
  CHECK(progress_text({}, {}).empty());
}

}  // namespace windlass::hook
