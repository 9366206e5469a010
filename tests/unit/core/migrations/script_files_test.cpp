#include "core/migrations/script_files.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "script_tree.hpp"

using windlass::to_text;
using windlass::migrations::find_script_files;
using windlass::migrations::MissingLocation;
using windlass::migrations::ScriptFiles;
using windlass::migrations::ScriptTree;

namespace {

using Names = std::vector<std::string>;

ScriptFiles find(const ScriptTree& tree, const Names& locations,
                 MissingLocation missing = MissingLocation::kFault) {
  return find_script_files(locations, tree.root(), missing, {".sql"});
}

Names paths_of(const ScriptFiles& found) {
  Names paths;
  for (const auto& file : found.files) paths.push_back(file.path);
  return paths;
}

}  // namespace

TEST_CASE("files are found in every folder of every location, in a fixed order") {
  const ScriptTree tree({{"sql/V2__b.sql", ""},
                         {"sql/x/y/V3__c.sql", ""},
                         {"sql/V1__a.sql", ""},
                         {"more/R__r.sql", ""},
                         {"sql/README", ""},
                         {"other/V9__no.sql", ""}});
  const auto found = find(tree, {"filesystem:sql", "more"});
  CHECK(paths_of(found) == Names{"R__r.sql", "README", "V1__a.sql", "V2__b.sql", "x/y/V3__c.sql"});
  CHECK(found.diagnostics.empty());
  CHECK(found.files[4].file == tree.at("sql/x/y/V3__c.sql").string());
  CHECK(found.files[4].file_name() == "V3__c.sql");
}

TEST_CASE("a mounted ConfigMap is read once: through its links, not through ..data") {
  const ScriptTree tree({{"sql/..2024_01_31/V1__a.sql", ""}, {"sql/..2024_01_31/V2__b.sql", ""}});
  tree.link("sql/..data", "..2024_01_31");
  tree.link("sql/V1__a.sql", "..data/V1__a.sql");
  tree.link("sql/V2__b.sql", "..data/V2__b.sql");
  CHECK(paths_of(find(tree, {"sql"})) == Names{"V1__a.sql", "V2__b.sql"});
}

TEST_CASE("folders behind links are read, links that lead back are not followed") {
  const ScriptTree tree({{"real/V1__a.sql", ""}, {"sql/V2__b.sql", ""}});
  tree.link("sql/linked", "../real");
  tree.link("sql/loop", ".");
  tree.link("real/back", "../sql");
  const auto found = find(tree, {"sql"});
  CHECK(paths_of(found) == Names{"V2__b.sql", "linked/V1__a.sql"});
  CHECK(tree.masked(to_text(found.diagnostics)) ==
        "<DIR>/sql/linked/back: warning: this link leads back to <DIR>/sql and is not followed\n"
        "  help: Remove the link.\n"
        "<DIR>/sql/loop: warning: this link leads back to <DIR>/sql and is not followed\n"
        "  help: Remove the link.\n");
}

TEST_CASE("links that multiply folders end in a fault, not in an endless walk") {
  const ScriptTree tree;
  constexpr int kLevels = 18;  // 2^18 ways to the last folder
  for (int level = 0; level < kLevels; ++level) {
    const std::string folder = "sql" + std::to_string(level);
    tree.link(folder + "/a", "../sql" + std::to_string(level + 1));
    tree.link(folder + "/b", "../sql" + std::to_string(level + 1));
  }
  tree.write("sql" + std::to_string(kLevels) + "/V1__a.sql", "");
  const auto found = find(tree, {"sql0"});
  CHECK(tree.masked(to_text(found.diagnostics)) ==
        "<DIR>/sql0: error: the location holds more than 100000 files\n"
        "  help: Name a folder that holds only migrations.\n");
}

TEST_CASE("a location that cannot be searched is a fault or, on request, a warning") {
  const ScriptTree tree({{"sql/V1__a.sql", ""}, {"file", ""}});
  tree.link("self", "self");
  const Names locations = {"filesystem:nope", "file", "self", "sql", "svc/*/sql"};
  const auto strict = find(tree, locations);
  CHECK(paths_of(strict) == Names{"V1__a.sql"});
  CHECK(tree.masked(to_text(strict.diagnostics)) ==
        "<DIR>/file: error: failed to find location: file (not a folder)\n"
        "  help: Create the folder, or correct `locations`.\n"
        "<DIR>/nope: error: failed to find location: filesystem:nope (not found)\n"
        "  help: Create the folder, or correct `locations`.\n"
        "<DIR>/self: error: failed to find location: self (Too many levels of symbolic links)\n"
        "  help: Create the folder, or correct `locations`.\n"
        "<DIR>/svc: error: failed to find location: svc/*/sql (not found)\n"
        "  help: Create the folder, or correct `locations`.\n");
  const auto lenient = find(tree, {"nope"}, MissingLocation::kWarning);
  CHECK(tree.masked(to_text(lenient.diagnostics)) ==
        "<DIR>/nope: warning: skipping location: nope (not found)\n"
        "  help: Create the folder, or correct `locations`.\n");
}

TEST_CASE("a folder that may not be read is named") {
  if (geteuid() == 0) return;  // root may read everything
  const ScriptTree tree({{"sql/closed/V1__a.sql", ""}});
  std::filesystem::permissions(tree.at("sql/closed"), std::filesystem::perms::none);
  const auto found = find(tree, {"sql"});
  std::filesystem::permissions(tree.at("sql/closed"), std::filesystem::perms::owner_all);
  CHECK(tree.masked(to_text(found.diagnostics)) ==
        "<DIR>/sql/closed: error: cannot read this folder: Permission denied\n"
        "  help: Make it readable, or take it out of the locations.\n");
}

TEST_CASE("a prefix of another kind is refused and the rest is read") {
  const ScriptTree tree({{"sql/V1__a.sql", ""}});
  const auto found = find(tree, {"classpath:db", "sql"});
  CHECK(paths_of(found) == Names{"V1__a.sql"});
  CHECK(found.diagnostics.error_count() == 1);
}
