#include "core/migrations/version.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "flyway_vectors.hpp"

using windlass::migrations::flyway_vectors;
using windlass::migrations::Version;

namespace {

// Texts that Flyway takes as the version of a file and Windlass refuses, with the reason.
const std::map<std::string, std::string> kRefused = {
    {"9223372036854775807", "stored as << Latest Version >>, which breaks the next command"},
    {"latest", "stored as << Latest Version >>, which breaks the next command"},
    {"LATEST", "stored as << Latest Version >>, which breaks the next command"},
    {"next", "stored as << Next Version >>, which breaks the next command"},
    {"-5", "a sign is an accident of Flyway's number parser and reads like a separator"},
    {"+5", "a sign is an accident of Flyway's number parser and reads like a separator"},
    {"\xD9\xA1", "digits of other scripts look different and compare equal"},
    {"1__0", "as a file name it is version 1 with a description; as a text it has an empty part"},
};

}  // namespace

TEST_CASE("every version text of the vectors is taken or refused as Flyway does") {
  for (const auto& vector : flyway_vectors("versions.json", "accepted")) {
    const std::string text = vector.at("text");
    INFO(text);
    const auto version = Version::parse(text);
    if (kRefused.count(text) != 0) {
      CHECK(vector.at("accepted") == true);
      CHECK_FALSE(version.has_value());
    } else {
      REQUIRE(version.has_value() == vector.at("accepted").get<bool>());
      if (version) CHECK(version->text() == vector.at("stored"));
    }
  }
}

TEST_CASE("versions that Flyway calls duplicates are equal") {
  for (const auto& pair : flyway_vectors("versions.json", "equal_pairs")) {
    INFO(pair);
    const auto a = Version::parse(pair.at("a").get<std::string>());
    const auto b = Version::parse(pair.at("b").get<std::string>());
    REQUIRE((a && b));
    CHECK((*a == *b) == pair.at("equal").get<bool>());
  }
}

TEST_CASE("versions sort in the order in which Flyway installed them") {
  const auto texts = flyway_vectors("versions.json", "ascending").get<std::vector<std::string>>();
  REQUIRE(texts.size() > 20);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (std::size_t j = 0; j < texts.size(); ++j) {
      INFO(texts[i] << " and " << texts[j]);
      CHECK((*Version::parse(texts[i]) <=> *Version::parse(texts[j])) == (i <=> j));
    }
  }
}
