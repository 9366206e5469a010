#include "generator/patch/json_patch.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "core/base/error.hpp"
#include "generator/patch/strategic_merge.hpp"

namespace windlass::generator {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Tree& tree) {
  if (const auto* members = tree.members()) {
    Json object = Json::object();
    for (const auto& member : *members) object[member.key] = json_of(member.value);
    return object;
  }
  if (const auto* list = tree.list()) {
    Json array = Json::array();
    for (const auto& item : *list) array.push_back(json_of(item));
    return array;
  }
  if (const auto* number = tree.number()) return *number;
  if (const auto* truth = tree.truth()) return *truth;
  return *tree.text();
}

// The patch has put in nothing that a tree cannot hold: its values were trees.
Tree tree_of_json(const Json& json) {
  if (json.is_object()) {
    Members members;
    for (const auto& [key, value] : json.items()) members.push_back({key, tree_of_json(value)});
    return members;
  }
  if (json.is_array()) {
    List list;
    for (const auto& item : json) list.push_back(tree_of_json(item));
    return list;
  }
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_boolean()) return json.get<bool>();
  return json.get<std::string>();
}

// The library takes for granted that what is above a place has places.
void refuse_place_in_scalar(const Json& object, const std::string& pointer) {
  const auto parent = Json::json_pointer(pointer).parent_pointer();
  if (!object.contains(parent) || object.at(parent).is_structured()) return;
  throw Error(ExitCode::kConfiguration, fmt::format("{} is one value", parent.to_string()));
}

void apply(Json& object, const project::JsonOperation& operation) {
  Json step = {{"op", operation.op}, {"path", operation.path}};
  if (!operation.from.empty()) step["from"] = operation.from;
  if (operation.value) step["value"] = json_of(tree_of_data(*operation.value));
  for (const auto& pointer : {operation.path, operation.from}) {
    if (!pointer.empty()) refuse_place_in_scalar(object, pointer);
  }
  object = object.patch(Json::array({std::move(step)}));
}

// "[json.exception.parse_error.109] parse error: ..." without what is for programmers.
std::string words_of(std::string what) {
  for (const std::string_view mark : {"] ", "parse error: "}) {
    if (const auto end = what.find(mark); end != std::string::npos) what.erase(0, end + mark.size());
  }
  return what;
}

}  // namespace

Tree json_patch(const Tree& object, const std::vector<project::JsonOperation>& operations,
                Diagnostics& diagnostics) {
  Json result = json_of(object);
  for (const auto& operation : operations) {
    const auto fault = [&](const std::string& why, std::string help) {
      diagnostics.add({Severity::kError, operation.place,
                       fmt::format("{} {} cannot be done: {}", operation.op, operation.path, why),
                       std::move(help)});
    };
    try {
      apply(result, operation);
    } catch (const Json::other_error&) {
      fault("the value there is another", "The object has changed since the test was written: look at both.");
      return object;
    } catch (const Json::exception& error) {
      fault(words_of(error.what()),
            "Look at the rendered object; add needs what is above the place to be there.");
      return object;
    } catch (const Error& error) {
      fault(error.what(), "Name a place in a map or a list.");
      return object;
    }
  }
  return tree_of_json(result);
}

}  // namespace windlass::generator
