// `windlass new`: the files of a next migration, named and commented.
#pragma once

#include <chrono>
#include <filesystem>
#include <ostream>
#include <string>

#include "core/contract/exit_code.hpp"

namespace windlass::generator {

struct NewOptions {
  std::filesystem::path folder = ".";  // that holds windlass.yaml
  std::string description;             // "add orders table"
  std::string database;                // its key; may be empty when the project has one
};

// Writes V<yyyyMMddHHmmss>__add_orders_table.sql with its U script into the database's first location and a
// verify query of the same name into its first verify folder; prints each file. The version is `now` in UTC,
// or the next second that is free. Throws Error(kUsage) for a description without a letter or digit or an
// unknown database, Error(kConfiguration) when a versioned script has the description already, or a higher
// version.
ExitCode run_new(const NewOptions& options, std::chrono::system_clock::time_point now, std::ostream& out,
                 std::ostream& err);

}  // namespace windlass::generator
