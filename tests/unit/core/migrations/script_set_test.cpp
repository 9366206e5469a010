#include "core/migrations/script_set.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <map>

#include "core/base/text.hpp"
#include "core/migrations/prepared_script.hpp"
#include "flyway_vectors.hpp"
#include "script_tree.hpp"

using windlass::to_lower;
using windlass::to_text;
using windlass::migrations::flyway_vectors;
using windlass::migrations::from_base64;
using windlass::migrations::read_script_set;
using windlass::migrations::ScriptKind;
using windlass::migrations::ScriptSet;
using windlass::migrations::ScriptTree;
using windlass::migrations::SetRules;
using windlass::migrations::Version;

namespace {

using Names = std::vector<std::string>;

ScriptSet read(const ScriptTree& tree, const SetRules& rules = {}) {
  return read_script_set({"filesystem:sql"}, tree.root(), rules);
}

std::string faults(const ScriptTree& tree, const SetRules& rules = {}) {
  return tree.masked(to_text(read(tree, rules).diagnostics));
}

Names paths_of(const ScriptSet& set) {
  Names paths;
  for (const auto& script : set.scripts) paths.push_back(script.path);
  return paths;
}

SetRules rules_from(const nlohmann::json& settings) {
  SetRules rules;
  rules.placeholders.values = {{"flyway:defaultschema", "public"}, {"flyway:table", "flyway_schema_history"}};
  for (const auto& [key, value] : settings.items()) {
    if (key == "encoding") rules.encoding = value;
    if (key == "placeholderReplacement") rules.placeholders.enabled = value != "false";
    if (key == "placeholderPrefix") rules.placeholders.prefix = value;
    if (key == "placeholderSuffix") rules.placeholders.suffix = value;
    if (key.starts_with("placeholders.")) rules.placeholders.values[to_lower(key.substr(13))] = value;
  }
  return rules;
}

std::string content_of(const nlohmann::json& content) {
  if (content.contains("base64")) return from_base64(content.at("base64"));
  std::string text = from_base64(content.at("prefix_base64"));
  const std::string unit = from_base64(content.at("unit_base64"));
  for (int i = 0; i < content.at("count").get<int>(); ++i) text += unit;
  return text;
}

}  // namespace

TEST_CASE("every script of the vectors gets Flyway's checksum, or is refused where Flyway refuses it") {
  for (const auto& vector : flyway_vectors("checksums.json", "vectors")) {
    INFO(vector.at("name"));
    if (vector.at("settings").contains("detectEncoding")) continue;  // an encoding is said, never guessed
    const ScriptTree tree;
    const std::string file = vector.at("kind") == "R" ? "sql/R__r.sql" : "sql/V1__c.sql";
    // The script's name is in the text that ${flyway:filename} gives: the vector's own.
    const bool names_itself = vector.at("name") == "repeatable flyway:filename";
    tree.write(names_itself ? "sql/R__c127.sql" : file, content_of(vector.at("content")));
    if (vector.contains("script_conf"))
      tree.write(file + ".conf", vector.at("script_conf").get<std::string>());
    const ScriptSet set = read(tree, rules_from(vector.at("settings")));
    INFO(to_text(set.diagnostics));
    REQUIRE(set.diagnostics.has_errors() == vector.contains("error"));
    if (!vector.contains("error")) CHECK(set.scripts.at(0).checksum == vector.at("checksum"));
  }
}

TEST_CASE("a repeatable keeps both checksums, a versioned script only that of its text") {
  const ScriptTree tree(
      {{"sql/R__r.sql", "select '${greet}';\n"}, {"sql/V1__v.sql", "select '${greet}';\n"}});
  SetRules rules;
  rules.placeholders.values["greet"] = "hi";
  const ScriptSet set = read(tree, rules);
  REQUIRE(set.scripts.size() == 2);
  CHECK(set.scripts[0].checksum == 1590362833);
  CHECK(set.scripts[1].checksum == 888757828);
  CHECK(set.scripts[1].raw_checksum == 1590362833);
  const windlass::migrations::ReplacedText text(source_of(set.scripts[1]).text,
                                                windlass::migrations::PlaceholderRules{}, "");
  CHECK(text.piece(0) == "select '${greet}';\n");
}

TEST_CASE("scripts come in the order in which Flyway runs them") {
  const auto order = flyway_vectors("versions.json", "execution_order").get<Names>();
  const ScriptTree tree;
  for (const std::string& file : order) tree.write("sql/" + file, "select 1;");
  tree.write("sql/V2__a.sql", "");
  tree.write("sql/U10__x.sql", "");
  tree.write("sql/V3__same_as_baseline.sql", "");
  tree.write("sql/deep/beforeMigrate__b.sql", "");
  tree.write("sql/beforeMigrate.sql", "");
  tree.write("sql/afterMigrate__z.sql", "");
  Names expected = {"V2__a.sql", "V3__same_as_baseline.sql"};
  expected.insert(expected.end(), order.begin(), order.end());
  expected.insert(expected.begin() + 4, "U10__x.sql");
  for (const char* callback : {"afterMigrate__z.sql", "beforeMigrate.sql", "deep/beforeMigrate__b.sql"}) {
    expected.emplace_back(callback);
  }
  const ScriptSet set = read(tree);
  CHECK(paths_of(set) == expected);
  CHECK(set.diagnostics.empty());
  CHECK(set.of_kind(ScriptKind::kVersioned).size() == 3);
  CHECK(set.find(ScriptKind::kBaseline, *Version::parse("3.0"))->path == "B3__base.sql");
  CHECK(set.find(ScriptKind::kUndo, *Version::parse("2")) == nullptr);
}

TEST_CASE("duplicates are reported with Flyway's text and all offenders") {
  const ScriptTree tree({{"sql/V8__x.sql", ""},
                         {"sql/a/V8.0__y.sql", ""},
                         {"sql/b/V08__z.sql", ""},
                         {"sql/B8__no_duplicate.sql", ""},
                         {"sql/U8__u.sql", ""},
                         {"sql/U8.0__u.sql", ""},
                         {"sql/B9__b.sql", ""},
                         {"sql/a/B9__b.sql", ""},
                         {"sql/R__r.sql", ""},
                         {"sql/a/R__r.sql", ""},
                         {"sql/beforeMigrate__x.sql", ""},
                         {"sql/a/beforeMigrate__x.sql", ""},
                         {"sql/beforeMigrate.sql", ""}});
  CHECK(faults(tree) ==
        "<DIR>/sql/V8__x.sql: error: Found more than one migration with version 8\n"
        "Offenders:\n"
        "-> <DIR>/sql/V8__x.sql (SQL)\n"
        "-> <DIR>/sql/a/V8.0__y.sql (SQL)\n"
        "-> <DIR>/sql/b/V08__z.sql (SQL)\n"
        "  help: Give one of them another version; keep the one that has been applied.\n"
        "<DIR>/sql/U8.0__u.sql: error: Found more than one undo migration with version 8.0\n"
        "Offenders:\n"
        "-> <DIR>/sql/U8.0__u.sql (UNDO_SQL)\n"
        "-> <DIR>/sql/U8__u.sql (UNDO_SQL)\n"
        "  help: Give one of them another version; keep the one that has been applied.\n"
        "<DIR>/sql/B9__b.sql: error: Found more than one migration with version 9\n"
        "Offenders:\n"
        "-> <DIR>/sql/B9__b.sql (SQL_BASELINE)\n"
        "-> <DIR>/sql/a/B9__b.sql (SQL_BASELINE)\n"
        "  help: Give one of them another version; keep the one that has been applied.\n"
        "<DIR>/sql/R__r.sql: error: Found more than one repeatable migration with description r\n"
        "Offenders:\n"
        "-> <DIR>/sql/R__r.sql (SQL)\n"
        "-> <DIR>/sql/a/R__r.sql (SQL)\n"
        "  help: Rename one of them.\n"
        "<DIR>/sql/a/beforeMigrate__x.sql: error: Found more than 1 SQL callback script called "
        "beforeMigrate__x.sql\n"
        "Offenders:\n"
        "-> <DIR>/sql/a/beforeMigrate__x.sql (SQL)\n"
        "-> <DIR>/sql/beforeMigrate__x.sql (SQL)\n"
        "  help: Rename one of them.\n");
}

TEST_CASE("files that are no migrations are listed, and faults only when names are validated") {
  const ScriptTree tree(
      {{"sql/V1__a.sql", ""}, {"sql/notes.sql", ""}, {"sql/Vx__bad.sql", ""}, {"sql/README.md", ""}});
  const ScriptSet lenient = read(tree);
  CHECK(paths_of(lenient) == Names{"V1__a.sql"});
  CHECK(lenient.diagnostics.empty());
  CHECK(lenient.ignored_files ==
        Names{tree.at("sql/Vx__bad.sql").string(), tree.at("sql/notes.sql").string()});
  SetRules strict;
  strict.validate_naming = true;
  CHECK(faults(tree, strict) ==
        "<DIR>/sql/Vx__bad.sql: error: Invalid versioned migration name format: Vx__bad.sql (could not "
        "recognise "
        "version number x)\n"
        "  help: Rename it, or move it out of the location.\n"
        "<DIR>/sql/notes.sql: error: Unrecognised migration name format: notes.sql\n"
        "  help: Rename it, or move it out of the location.\n");
}

TEST_CASE("scripts that Flyway would hand to an interpreter are named and not run") {
  const ScriptTree tree({{"sql/V1__a.sh", ""},
                         {"sql/R__b.py", ""},
                         {"sql/V2__c", ""},
                         {"sql/build.sh", ""},
                         {"sql/Makefile", ""},
                         {"sql/V3__d.txt", ""}});
  CHECK(read(tree).scripts.empty());
  CHECK(faults(tree) ==
        "<DIR>/sql/R__b.py: warning: this script is not SQL and is not run\n"
        "  help: Write it in SQL, or move it out of the location.\n"
        "<DIR>/sql/V1__a.sh: warning: this script is not SQL and is not run\n"
        "  help: Write it in SQL, or move it out of the location.\n"
        "<DIR>/sql/V2__c: warning: this script is not SQL and is not run\n"
        "  help: Write it in SQL, or move it out of the location.\n");
}

TEST_CASE("bytes that are not of the encoding are reported where they stand, all files at once") {
  const ScriptTree tree({{"sql/V1__a.sql", "select 1;\n  select '\xC3\xA9\xE9';\n"},
                         {"sql/V2__b.sql", "\xFF"},
                         {"sql/V3__c.sql", ""},
                         {"sql/V3__c.sql.conf", "# \xE9"}});
  CHECK(faults(tree) ==
        "<DIR>/sql/V1__a.sql:2:12: error: byte 0xE9 is not UTF-8\n"
        "    select '\xC3\xA9\n"
        "             ^\n"
        "  help: Save the file as UTF-8, or say what it is: encoding=ISO-8859-1 in V1__a.sql.conf.\n"
        "<DIR>/sql/V2__b.sql:1:1: error: byte 0xFF is not UTF-8\n"
        "  help: Save the file as UTF-8, or say what it is: encoding=ISO-8859-1 in V2__b.sql.conf.\n"
        "<DIR>/sql/V3__c.sql.conf:1:3: error: byte 0xE9 is not UTF-8\n"
        "  # \n"
        "    ^\n"
        "  help: Save the file as UTF-8.\n");
}

TEST_CASE("an unknown encoding setting is one fault, not one for each script") {
  const ScriptTree tree({{"sql/V1__a.sql", ""}, {"sql/V2__b.sql", ""}});
  SetRules rules;
  rules.encoding = "nope-8";
  CHECK(faults(tree, rules) ==
        "error: unknown encoding: nope-8\n"
        "  help: Known are UTF-8, US-ASCII, ISO-8859-1, windows-1252, UTF-16, UTF-16BE, UTF-16LE.\n");
}

TEST_CASE("a file that cannot be a script is reported, not waited for") {
  const ScriptTree tree({{"sql/V3__large.sql", ""}});
  tree.link("sql/V1__dangling.sql", "nowhere");
  REQUIRE(mkfifo(tree.at("sql/V2__pipe.sql").c_str(), 0600) == 0);
  std::filesystem::resize_file(tree.at("sql/V3__large.sql"), 512ULL * 1024 * 1024);
  tree.write("sql/V4__\xFF.sql", "");
  tree.write("sql/V" + std::string(51, '1') + "__long.sql", "");
  CHECK(faults(tree) ==
        "<DIR>/sql/V" + std::string(51, '1') +
            "__long.sql: error: the version is longer than 50 characters\n"
            "  help: The history table has no room for it; shorten the version.\n"
            "<DIR>/sql/V4__\xFF.sql: error: the file's name is not UTF-8\n"
            "  help: Rename it.\n"
            "<DIR>/sql/V1__dangling.sql: error: cannot read this script: No such file or directory\n"
            "  help: Put the file in its place, or remove the link.\n"
            "<DIR>/sql/V2__pipe.sql: error: this is no regular file\n"
            "  help: Move it out of the location.\n"
            "<DIR>/sql/V3__large.sql: error: this script is larger than a migration may be (512 MiB)\n"
            "  help: Split it, or load the data by other means than a migration.\n");
}

TEST_CASE("a script that may not be read is named") {
  if (geteuid() == 0) return;  // root may read everything
  const ScriptTree tree({{"sql/V1__a.sql", ""}});
  std::filesystem::permissions(tree.at("sql/V1__a.sql"), std::filesystem::perms::none);
  CHECK(faults(tree) ==
        "<DIR>/sql/V1__a.sql: error: cannot read <DIR>/sql/V1__a.sql: Permission denied\n"
        "  help: Make it readable for the user that runs this.\n");
}

TEST_CASE("a script's conf is read, and one that belongs to no script is named") {
  const ScriptTree tree({{"sql/V1__a.sql", ""},
                         {"sql/V1__a.sql.conf", "executeInTransaction=false"},
                         {"sql/beforeMigrate.sql", ""},
                         {"sql/beforeMigrate.sql.conf", "bogus=1"},
                         {"sql/V1_a.sql.conf", ""},
                         {"sql/V2__typo.sql.conf", ""},
                         {"sql/flyway.conf", ""}});
  CHECK(read(tree).scripts.at(0).config.execute_in_transaction == false);
  CHECK(faults(tree) ==
        "<DIR>/sql/V2__typo.sql.conf: warning: this file belongs to no script\n"
        "  help: Name it like the script, with .conf behind it.\n"
        "<DIR>/sql/beforeMigrate.sql.conf:1:1: error: unknown configuration property: bogus\n"
        "  bogus=1\n"
        "  ^~~~~\n"
        "  help: Known are encoding, executeInTransaction and placeholderReplacement.\n");
}

TEST_CASE("a repeatable's placeholder without a value is reported, a versioned script's waits for its run") {
  const ScriptTree tree({{"sql/R__r.sql", "select '${nope}';"}, {"sql/V1__v.sql", "select '${nope}';"}});
  CHECK(faults(tree) ==
        "<DIR>/sql/R__r.sql:1:9: error: no value for the placeholder ${nope}\n"
        "  select '${nope}';\n"
        "          ^~~~~~~\n"
        "  help: Give it a value in the placeholders setting, or switch placeholder replacement off for this "
        "script.\n");
}

TEST_CASE("the digest tells two sets apart and does not know where they lie") {
  const auto digest = [](std::initializer_list<std::pair<std::string, std::string>> files) {
    return read(ScriptTree(files)).digest;
  };
  const std::string first = digest({{"sql/V1__a.sql", "select 1;"}, {"sql/x/R__b.sql", "select 2;"}});
  CHECK(first.size() == 64);
  CHECK(first ==
        digest({{"sql/x/R__b.sql", "select 2;"}, {"sql/V1__a.sql", "select 1;"}, {"sql/README", "x"}}));
  const std::vector<std::string> others = {
      digest({}),
      digest({{"sql/V1__a.sql", "select 1;"}}),
      digest({{"sql/V1__a.sql", "select 1;\n"}, {"sql/x/R__b.sql", "select 2;"}}),
      digest({{"sql/V1__a.sql", "select 1;"}, {"sql/y/R__b.sql", "select 2;"}}),
      digest({{"sql/V1__a.sql", "select 1;"}, {"sql/x/R__b.sql", "select 2;"}, {"sql/V1__a.sql.conf", ""}}),
      digest({{"sql/V1__a.sql", "select 1;"},
              {"sql/x/R__b.sql", "select 2;"},
              {"sql/V1__a.sql.conf", "executeInTransaction=false"}}),
  };
  for (std::size_t i = 0; i < others.size(); ++i) {
    INFO(i);
    CHECK(others[i] != first);
    for (std::size_t j = 0; j < i; ++j) CHECK(others[i] != others[j]);
  }
}
