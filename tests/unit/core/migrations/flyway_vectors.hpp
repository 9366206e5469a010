// What Flyway 11.20.3 did, as data: the files of tests/data/flyway.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace windlass::migrations {

// The list `key` of the file, e.g. "names" of "names.json". Throws when it is not there or empty.
nlohmann::json flyway_vectors(const std::string& file, const std::string& key);

// The bytes that a vector's base64 text stands for.
std::string from_base64(const std::string& text);

}  // namespace windlass::migrations
