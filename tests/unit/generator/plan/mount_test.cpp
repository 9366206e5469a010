#include "generator/plan/mount.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>

namespace windlass::generator {
namespace {

MountedFile file(const std::string& path, const std::string& bytes) { return {path, bytes, path}; }

// What a pod sees: path -> key, over all sources.
std::map<std::string, std::string> paths_of(const Mount& mount) {
  std::map<std::string, std::string> paths;
  for (const auto& source : mount.sources) {
    for (const auto& item : list_at(source, {"configMap", "items"})) {
      paths[std::string(text_at(item, {"path"}))] = std::string(text_at(item, {"key"}));
    }
  }
  return paths;
}

}  // namespace

TEST_CASE("files lie in one ConfigMap and under their paths in the volume") {
  const auto mount =
      mount_files("shop-sql", {file("sql/V1__a.sql", "select 1;\n"), file("sql/sub/V2__b.sql", "x")});
  REQUIRE(mount.shards.size() == 1);
  CHECK(mount.shards[0].name == "shop-sql-0");
  CHECK(mount.shards[0].data == Members{{"sql_V1__a.sql", "select 1;\n"}, {"sql_sub_V2__b.sql", "x"}});
  CHECK(mount.shards[0].binary_data.empty());
  CHECK(paths_of(mount) == std::map<std::string, std::string>{{"sql/V1__a.sql", "sql_V1__a.sql"},
                                                              {"sql/sub/V2__b.sql", "sql_sub_V2__b.sql"}});
  CHECK_FALSE(needs_server_side_apply(mount, {}));
}

TEST_CASE("no ConfigMap of several files is above 200 KiB, and the volume puts all of them together") {
  std::vector<MountedFile> files;
  for (int i = 0; i < 100; ++i)
    files.push_back(file("sql/V" + std::to_string(i) + "__x.sql", std::string(7'000, 'x')));
  files.push_back(file("sql/R__big.sql", std::string(500'000, 'y')));
  const auto mount = mount_files("shop-sql", files);
  CHECK(mount.shards.size() == 5);
  for (const auto& shard : mount.shards) {
    std::size_t bytes = 0;
    for (const auto& member : shard.data) bytes += member.value.text()->size();
    CHECK((bytes <= kShardLimit || shard.data.size() == 1));
  }
  CHECK(mount.sources.size() == mount.shards.size());
  CHECK(paths_of(mount).size() == files.size());
}

TEST_CASE("paths that become the same key stay two files") {
  const auto mount = mount_files("s", {file("a b.sql", "1"), file("a_b.sql", "2"), file("a?b.sql", "3")});
  const auto paths = paths_of(mount);
  std::set<std::string> keys;
  for (const auto& [path, key] : paths) keys.insert(key);
  CHECK(keys == std::set<std::string>{"a_b.sql", "a_b.sql.2", "a_b.sql.3"});
}

TEST_CASE("bytes that are not UTF-8 travel as base64") {
  const auto [bytes, encoded] = GENERATE(table<std::string, std::string>({
      {"\xE4", "5A=="},
      {"\xE4\xF6", "5PY="},
      {"\xE4\xF6\xFC", "5Pb8"},
      {std::string("a\0b", 3), "YQBi"},
      {"gr\xFC\xDF"
       "e",
       "Z3L832U="},
  }));
  const auto mount = mount_files("s", {file("x.sql", bytes)});
  REQUIRE(mount.shards.size() == 1);
  CHECK(mount.shards[0].data.empty());
  CHECK(mount.shards[0].binary_data == Members{{"x.sql", encoded}});
}

TEST_CASE("many files ask for server-side apply, and more than a Job can list do not fit") {
  std::vector<MountedFile> files;
  for (int i = 0; i < 2'000; ++i)
    files.push_back(file("sql/V" + std::to_string(i) + "__a_fairly_long_name.sql", "x"));
  CHECK(needs_server_side_apply({}, mount_files("s", files)));
  CHECK(fits_a_job(files));
  for (int i = 2'000; i < 10'000; ++i)
    files.push_back(file("sql/V" + std::to_string(i) + "__a_fairly_long_name.sql", "x"));
  CHECK_FALSE(fits_a_job(files));
}

TEST_CASE("the digest changes with a path and with a byte") {
  const auto digest = [](const std::string& path, const std::string& bytes) {
    return mount_files("s", {file(path, bytes)}).digest;
  };
  CHECK(digest("a", "x") == digest("a", "x"));
  CHECK(digest("a", "x") != digest("b", "x"));
  CHECK(digest("a", "x") != digest("a", "y"));
}

}  // namespace windlass::generator
