// pg_dump and pg_restore as shell scripts: for what real ones do only on a bad day.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/files.hpp"

namespace windlass::testing {

inline void write_program(const std::filesystem::path& path, std::string_view body) {
  write_file_atomically(path, "#!/bin/sh\n" + std::string(body) + "\n");
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
}

// A folder with both programs, which say that they are of `version` when asked.
inline void write_tools(const std::filesystem::path& folder, const std::string& version) {
  for (const std::string name : {"pg_dump", "pg_restore"}) {
    write_program(folder / name, "echo '" + name + " (PostgreSQL) " + version + "'");
  }
}

}  // namespace windlass::testing
