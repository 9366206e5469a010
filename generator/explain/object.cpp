#include "generator/explain/object.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace windlass::generator::explain {

using nlohmann::json;

std::string annotation_pointer(std::string_view name) {
  std::string pointer = "/metadata/annotations/";
  for (const char c : name) pointer += c == '/' ? "~1" : std::string(1, c);
  return pointer;
}

const json* find(const json& body, const std::string& pointer) {
  const json* here = &body;
  for (const auto& part : split(std::string_view(pointer).substr(1), '/')) {
    if (here->is_array()) {
      const bool number = part.find_first_not_of("0123456789") == std::string::npos && part.size() < 7;
      const auto index = number ? std::stoul(part) : here->size();
      if (index >= here->size()) return nullptr;
      here = &(*here)[index];
      continue;
    }
    std::string key = part;
    for (auto at = key.find("~1"); at != std::string::npos; at = key.find("~1")) key.replace(at, 2, "/");
    const auto member = here->is_object() ? here->find(key) : here->end();
    if (!here->is_object() || member == here->end()) return nullptr;
    here = &*member;
  }
  return here;
}

std::string text_at(const json& body, const std::string& pointer) {
  const auto* value = find(body, pointer);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

std::optional<std::int64_t> number_at(const json& body, const std::string& pointer) {
  const auto* value = find(body, pointer);
  return value != nullptr && value->is_number_integer() ? std::optional(value->get<std::int64_t>())
                                                        : std::nullopt;
}

bool is_true(const json& body, const std::string& pointer) {
  const auto* value = find(body, pointer);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

std::vector<json> items_at(const json& body, const std::string& pointer) {
  const auto* value = find(body, pointer);
  return value != nullptr && value->is_array() ? std::vector<json>(value->begin(), value->end())
                                               : std::vector<json>();
}

std::optional<std::string> annotation(const json& body, std::string_view name) {
  const auto* value = find(body, annotation_pointer(name));
  if (value == nullptr) return std::nullopt;
  return value->is_string() ? value->get<std::string>()
                            : value->dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<std::string> annotation_values(const json& body, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& part : split(annotation(body, name).value_or(""), ',')) {
    const auto value = trim(part);
    const bool known = std::find(values.begin(), values.end(), value) != values.end();
    if (!value.empty() && !known) values.emplace_back(value);
  }
  return values;
}

bool has_option(const json& body, std::string_view annotation_name, std::string_view option) {
  const auto values = annotation_values(body, annotation_name);
  return std::find(values.begin(), values.end(), option) != values.end();
}

Position place_of(const Object& object, std::string pointer) {
  for (;;) {
    if (const auto found = object.places.find(pointer); found != object.places.end()) return found->second;
    const auto slash = pointer.rfind('/');
    if (slash == std::string::npos) return {};
    pointer.resize(slash);
  }
}

bool has_changing_suffix(const std::string& name) {
  constexpr std::size_t kShortest = 5;
  const auto dash = name.rfind('-');
  if (dash == std::string::npos || name.size() - dash - 1 < kShortest) return false;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return std::any_of(name.begin() + static_cast<std::ptrdiff_t>(dash), name.end(), is_digit);
}

}  // namespace windlass::generator::explain
