// Finds the files of a project's locations: every folder in them, through symbolic links, in a fixed order.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/diagnostic.hpp"

namespace windlass::migrations {

struct ScriptFile {
  std::string path;  // what the history table calls it: relative to its location, '/' separators
  std::string file;  // as it can be opened
  bool has_config;   // a file of its name with .conf behind it lies beside it
  std::string file_name() const { return path.substr(path.rfind('/') + 1); }
};

struct ScriptFiles {
  std::vector<ScriptFile> files;  // by location, then by path
  Diagnostics diagnostics;        // locations that are not there or no folders, folders that cannot be read
};

enum class MissingLocation { kFault, kWarning };

// Folders whose name begins with a dot are not entered (a mounted ConfigMap has its files in ..data, too).
// A link that leads back to a folder it lies in is not followed; a location with more than 100,000 entries is
// a fault. `suffixes` tell patterns for files from patterns for folders. Never throws.
ScriptFiles find_script_files(const std::vector<std::string>& locations, const std::filesystem::path& base,
                              MissingLocation missing, const std::vector<std::string>& suffixes);

}  // namespace windlass::migrations
