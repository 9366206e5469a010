#include "generator/rehearse/objects.hpp"

#include <fmt/format.h>

#include <cstdint>

#include "core/base/error.hpp"

namespace windlass::generator {
namespace {

using nlohmann::json;

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum class Encoding { kPlain, kBase64 };

void read_keys(const json& object, const char* field, Encoding encoding, Objects::Data& data) {
  const auto found = object.find(field);
  if (found == object.end() || found->is_null()) return;
  const auto where = fmt::format("{}/{}", object.at("kind").get<std::string>(),
                                 object.at("metadata").at("name").get<std::string>());
  if (!found->is_object())
    throw Error(ExitCode::kConfiguration, fmt::format("{}: {} is no mapping", where, field));
  for (const auto& [key, value] : found->items()) {
    if (!value.is_string()) {
      throw Error(ExitCode::kConfiguration, fmt::format("{}: {}.{} is not a text", where, field, key),
                  "Quote it.");
    }
    const auto& text = value.get_ref<const std::string&>();
    const auto decoded = encoding == Encoding::kBase64 ? decode_base64(text) : std::optional(text);
    if (!decoded) {
      throw Error(ExitCode::kConfiguration, fmt::format("{}: {}.{} is not base64", where, field, key),
                  "Use stringData for plain text.");
    }
    data[key] = *decoded;
  }
}

}  // namespace

void Objects::apply(const json& object) {
  const auto kind = object.at("kind").get<std::string>();
  if (kind != "ConfigMap" && kind != "Secret") return;
  Data data;
  if (kind == "Secret") {
    read_keys(object, "data", Encoding::kBase64, data);
    read_keys(object, "stringData", Encoding::kPlain, data);
  } else {
    read_keys(object, "data", Encoding::kPlain, data);
    read_keys(object, "binaryData", Encoding::kBase64, data);
  }
  data_[{kind, object.at("metadata").at("name").get<std::string>()}] = std::move(data);
}

const Objects::Data* Objects::find(const std::string& kind, const std::string& name) const {
  const auto found = data_.find({kind, name});
  return found == data_.end() ? nullptr : &found->second;
}

std::optional<std::string> decode_base64(std::string_view text) {
  std::string result;
  std::uint32_t bits = 0;
  int held = 0;
  std::size_t padding = 0;
  std::size_t letters = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r') continue;
    ++letters;
    const auto value = kAlphabet.find(c);
    if (c == '=' && ++padding <= 2) continue;
    if (value == std::string_view::npos || padding > 0) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    result += static_cast<char>(bits >> static_cast<unsigned>(held) & 0xFFU);
  }
  return letters % 4 == 0 ? std::optional(result) : std::nullopt;
}

}  // namespace windlass::generator
