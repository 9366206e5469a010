// A throw-away folder full of scripts.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/files.hpp"

namespace windlass::migrations {

class ScriptTree {
 public:
  ScriptTree() : directory_("script-tree") {}
  explicit ScriptTree(std::initializer_list<std::pair<std::string, std::string>> files) : ScriptTree() {
    for (const auto& [path, text] : files) write(path, text);
  }

  const std::filesystem::path& root() const { return directory_.path(); }
  std::filesystem::path at(const std::string& path) const { return root() / path; }

  void write(const std::string& path, std::string_view text) const { write_file_atomically(at(path), text); }
  void link(const std::string& path, const std::string& target) const {
    std::filesystem::create_directories(at(path).parent_path());
    std::filesystem::create_symlink(target, at(path));
  }
  // `text` with this folder's path written as <DIR>.
  std::string masked(std::string text) const {
    const std::string path = root().string();
    for (auto found = text.find(path); found != std::string::npos; found = text.find(path)) {
      text.replace(found, path.size(), "<DIR>");
    }
    return text;
  }

 private:
  TemporaryDirectory directory_;
};

}  // namespace windlass::migrations
