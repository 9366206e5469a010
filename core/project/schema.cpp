#include "core/project/schema.hpp"

#include <nlohmann/json.hpp>

#include "core/base/text.hpp"
#include "core/project/keys.hpp"

namespace windlass::project {
namespace {

// Keeps the order of the key table, in which editors offer the keys.
using Json = nlohmann::ordered_json;

// An environment's overlay need not be complete, but must hold something.
enum class Place { kWhole, kOverlay };

Json section_schema(const std::string& path, Place place);

// Plain numbers are taken where text is wanted: minVersion: 1.29.
Json text_schema(Format format) {
  const FormatRow& row = format_row(format);
  Json schema = {{"type", {"string", "number"}}, {"maxLength", row.longest}};
  if (!row.pattern.empty()) schema["pattern"] = row.pattern;
  return schema;
}

Json default_json(const Key& key) {
  if (key.shape == Shape::kList) return split(key.fallback, ',');
  if (key.format == Format::kBool) return key.fallback == "true";
  if (key.format == Format::kNumber) return *parse_number(key.fallback);
  return key.fallback;
}

Json scalar_schema(const Key& key) {
  switch (key.format) {
    case Format::kBool: return {{"type", "boolean"}};
    case Format::kNumber: return {{"type", "integer"}, {"minimum", key.low}, {"maximum", key.high}};
    case Format::kChoice: return {{"enum", key.allowed}};
    default: return text_schema(key.format);
  }
}

Json name_schema(const Key& key) {
  if (key.names == Format::kChoice) return {{"enum", key.allowed}};
  const FormatRow& row = format_row(key.names);
  return {{"maxLength", row.longest}, {"pattern", row.pattern}};
}

Json named_schema(const Key& key, Json value) {
  return {
      {"type", "object"}, {"propertyNames", name_schema(key)}, {"additionalProperties", std::move(value)}};
}

Json shape_schema(const Key& key, Place place) {
  switch (key.shape) {
    // A section that must be there says something also when it is empty.
    case Shape::kSection:
      return section_schema(key.path, key.needed == Needed::kRequired ? Place::kWhole : place);
    case Shape::kSections: {
      Json schema = named_schema(key, section_schema(key.path + ".*", place));
      if (key.needed == Needed::kRequired) schema["minProperties"] = 1;
      return schema;
    }
    case Shape::kOverlays: return named_schema(key, section_schema(key.path + ".*", Place::kOverlay));
    case Shape::kMap: return named_schema(key, scalar_schema(key));
    case Shape::kList: return {{"type", "array"}, {"items", scalar_schema(key)}};
    case Shape::kItems:
      return {{"type", "array"}, {"items", section_schema(key.path + ".[]", Place::kWhole)}};
    case Shape::kData: return {{"type", "object"}};
    case Shape::kAnyData: return Json::object();
    case Shape::kValue: break;
  }
  return scalar_schema(key);
}

Json key_schema(const Key& key, Place place) {
  Json schema = shape_schema(key, place);
  schema["description"] = key.help;
  if (!key.fallback.empty()) schema["default"] = default_json(key);
  return schema;
}

Json section_schema(const std::string& path, Place place) {
  Json properties = Json::object();
  Json rules = Json::array();
  for (const Key* key : keys_below(path)) {
    const std::string name(key->name());
    const std::string snake = snake_case(name);
    properties[name] = key_schema(*key, place);
    Json present = {{"required", {name}}};
    if (snake != name) {
      properties[snake] = properties[name];
      rules.push_back({{"not", {{"required", {name, snake}}}}});
      present = {{"anyOf", {{{"required", {name}}}, {{"required", {snake}}}}}};
    }
    if (key->needed == Needed::kRequired && place == Place::kWhole) rules.push_back(std::move(present));
  }
  Json schema = {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!rules.empty()) schema["allOf"] = std::move(rules);
  if (place == Place::kOverlay) schema["minProperties"] = 1;
  return schema;
}

}  // namespace

std::string json_schema() {
  Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                 {"title", "Windlass project config"}};
  schema.update(section_schema("", Place::kWhole));
  return schema.dump(2) + "\n";
}

}  // namespace windlass::project
