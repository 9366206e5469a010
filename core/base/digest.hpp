// SHA-256, as it names backups, script sets and rendered objects.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace windlass {

// Takes bytes piece by piece.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void add(std::string_view bytes);
  // 64 lower-case hex digits. Call once, last.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_hex(std::string_view bytes);
// Reads the file in pieces; throws Error(kInternal) when it cannot be read.
std::string sha256_hex_of_file(const std::filesystem::path& path);

}  // namespace windlass
