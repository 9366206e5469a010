// Where the folders that a container mounts lie on this machine.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace windlass::generator {

// A rehearsal starts plain processes, without containers and so without root: a path that the container would
// see is replaced where it is written (arguments, environment, settings files) instead of being mounted.
class PathMap {
 public:
  // `inside` is the mount path, without a slash at its end.
  void add(std::string inside, const std::filesystem::path& outside);

  // `text` with every path in it that is a mount path, or lies below one, replaced; the longest mount path
  // wins. A path begins after anything that is no letter, digit, '.', '_', '-' or '/': "a=/sql,/sql/b" holds
  // two.
  std::string outside(std::string_view text) const;

 private:
  struct Entry {
    std::string inside;
    std::string outside;
  };
  const Entry* entry_at(std::string_view text) const;

  std::vector<Entry> entries_;  // longest first
};

}  // namespace windlass::generator
