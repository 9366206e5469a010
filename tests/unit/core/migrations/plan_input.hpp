// Script sets and history rows in memory, for tests of the plan.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/migrations/plan.hpp"

namespace windlass::migrations {

// One script for each file name; its text is its name.
ScriptSet scripts_named(const std::vector<std::string>& files);

// The row that Flyway writes for a script of scripts_named().
HistoryRow applied(int rank, const std::string& file);
HistoryRow failed(int rank, const std::string& file);
// A row of another type for the version or, when it is empty, the description.
HistoryRow marker(int rank, const std::string& type, const std::string& version,
                  const std::string& description);

// "1 a SQL Success" for each entry; a repeatable's version is "-".
std::vector<std::string> lines_of(const Plan& plan);
std::vector<std::string> names_to_run(const Plan& plan);

}  // namespace windlass::migrations
