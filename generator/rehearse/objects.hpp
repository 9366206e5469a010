// The objects that exist in the rehearsed namespace: ConfigMaps and Secrets as data for environments and
// volumes.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace windlass::generator {

class Objects {
 public:
  using Data = std::map<std::string, std::string>;

  // Applies an object; one of the same kind and name is replaced. Throws Error(kConfiguration) when a Secret
  // or ConfigMap holds what is no text, or no base64 where base64 belongs.
  void apply(const nlohmann::json& object);

  // The keys of a ConfigMap or Secret, decoded; null when there is no such object.
  const Data* config_map(const std::string& name) const { return find("ConfigMap", name); }
  const Data* secret(const std::string& name) const { return find("Secret", name); }

 private:
  const Data* find(const std::string& kind, const std::string& name) const;

  std::map<std::pair<std::string, std::string>, Data> data_;  // by kind and name
};

// Nothing when `text` is not base64 (RFC 4648, line ends allowed).
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace windlass::generator
