#include "flyway_vectors.hpp"

#include <fstream>
#include <stdexcept>

namespace windlass::migrations {

nlohmann::json flyway_vectors(const std::string& file, const std::string& key) {
  const std::string path = std::string(WINDLASS_FLYWAY_VECTORS) + "/" + file;
  std::ifstream stream(path);
  if (!stream) throw std::runtime_error("cannot read " + path);
  nlohmann::json list = nlohmann::json::parse(stream).at(key);
  if (list.empty()) throw std::runtime_error("nothing in " + path);
  return list;
}

std::string from_base64(const std::string& text) {
  static const std::string kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = (bits << 6U) | static_cast<unsigned>(kAlphabet.find(c));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU);
  }
  return bytes;
}

}  // namespace windlass::migrations
