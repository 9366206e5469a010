// A file of the repository that must hold exactly what the code makes.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "core/base/files.hpp"

namespace windlass {

// Compares; with UPDATE_GOLDEN=1 in the environment it writes the file instead, as tests/golden/run.py does.
inline void check_golden_file(const std::filesystem::path& path, const std::string& expected) {
  if (environment_variable("UPDATE_GOLDEN") == "1") {
    write_file_atomically(path, expected);
    return;
  }
  INFO(path.string() << " is not current; if what is made now is right: make golden");
  CHECK(read_file(path, std::size_t{1} << 24U) == expected);
}

}  // namespace windlass
