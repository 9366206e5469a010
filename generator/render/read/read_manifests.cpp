#include "generator/render/read/read_manifests.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <set>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "generator/render/read/load_yaml.hpp"

namespace windlass::generator {
namespace {

using nlohmann::json;

constexpr int kMostNodes = 200'000;
constexpr int kDeepest = 100;

Error fault(const std::string& file, const YAML::Mark& mark, const std::string& message) {
  const auto place = mark.is_null() ? file : fmt::format("{}:{}:{}", file, mark.line + 1, mark.column + 1);
  return Error(ExitCode::kConfiguration, fmt::format("{}: {}", place, message));
}

template <typename Number>
std::optional<Number> number_of(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = !text.empty() && error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

json typed_scalar(const std::string& text) {
  static const std::set<std::string> kTrue{"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"};
  static const std::set<std::string> kFalse{"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"};
  static const std::set<std::string> kNull{"", "~", "null", "Null", "NULL"};
  if (kNull.contains(text)) return nullptr;
  if (kTrue.contains(text)) return true;
  if (kFalse.contains(text)) return false;
  if (const auto whole = number_of<std::int64_t>(text)) return *whole;
  const bool like_a_number = text.find_first_not_of("0123456789.+-eE") == std::string::npos;
  if (const auto real = number_of<double>(text); real && like_a_number) return *real;
  return text;
}

// "a/b" as a part of a JSON pointer: "/a~1b".
std::string pointer_part(const std::string& key) {
  std::string part = "/";
  for (const char c : key) {
    if (c == '~') part += "~0";
    if (c == '/') part += "~1";
    if (c != '~' && c != '/') part += c;
  }
  return part;
}

class Converter {
 public:
  explicit Converter(const std::string& file) : file_(file) {}

  json convert(const YAML::Node& node, int depth) {
    if (++nodes_ > kMostNodes || depth > kDeepest) {
      throw fault(file_, node.Mark(), "the document is too large or too deep once its aliases are expanded");
    }
    if (node.IsSequence()) return list(node, depth);
    if (node.IsMap()) return mapping(node, depth);
    if (node.IsScalar()) return node.Tag() == "?" ? typed_scalar(node.Scalar()) : json(node.Scalar());
    return nullptr;
  }

 private:
  json list(const YAML::Node& node, int depth) {
    json result = json::array();
    for (const auto& item : node) result.push_back(convert(item, depth + 1));
    return result;
  }

  json mapping(const YAML::Node& node, int depth) {
    json result = json::object();
    for (const auto& member : node) {
      if (!member.first.IsScalar()) throw fault(file_, member.first.Mark(), "a key is not a text");
      const auto& key = member.first.Scalar();
      if (result.contains(key))
        throw fault(file_, member.first.Mark(), fmt::format("the key {} stands twice", key));
      result[key] = convert(member.second, depth + 1);
    }
    return result;
  }

  const std::string& file_;
  int nodes_ = 0;
};

// Where a document's keys and items stand. The document has been converted, so it is neither too large nor
// too deep.
void add_places(const YAML::Node& node, const std::string& file, const std::string& path,
                std::map<std::string, Position>& places) {
  const auto place = [&](const YAML::Mark& mark) { return Position{file, mark.line + 1, mark.column + 1}; };
  places.emplace(path, place(node.Mark()));
  if (node.IsSequence()) {
    std::size_t index = 0;
    for (const auto& item : node) add_places(item, file, fmt::format("{}/{}", path, index++), places);
  }
  if (!node.IsMap()) return;
  for (const auto& member : node) {
    const auto inner = path + pointer_part(member.first.Scalar());
    places.emplace(inner, place(member.first.Mark()));
    add_places(member.second, file, inner, places);
  }
}

bool is_list(const json& document) {
  const auto kind = document.find("kind");
  const auto items = document.find("items");
  return kind != document.end() && *kind == "List" && items != document.end() && items->is_array();
}

// Hands every object of the document on, with its node.
template <typename Add>
void add_documents(const YAML::Node& node, json document, const std::string& file, const Add& add) {
  if (document.is_null()) return;
  if (!document.is_object()) throw fault(file, node.Mark(), "a document is no mapping");
  if (!is_list(document)) return add(node, std::move(document));
  auto& items = document["items"];
  for (std::size_t i = 0; i < items.size(); ++i) {
    add_documents(node["items"][i], std::move(items[i]), file, add);
  }
}

template <typename Add>
void read_documents(std::string_view text, const std::string& file, const Add& add) {
  try {
    for (const auto& node : load_yaml(std::string(text))) {
      add_documents(node, Converter(file).convert(node, 0), file, add);
    }
  } catch (const YAML::Exception& error) {
    throw fault(file, error.mark, error.msg);
  }
}

}  // namespace

std::vector<json> read_manifests(std::string_view text, const std::string& file) {
  std::vector<json> documents;
  read_documents(text, file,
                 [&](const YAML::Node&, json document) { documents.push_back(std::move(document)); });
  return documents;
}

std::vector<PlacedManifest> read_placed_manifests(std::string_view text, const std::string& file) {
  std::vector<PlacedManifest> documents;
  read_documents(text, file, [&](const YAML::Node& node, json document) {
    PlacedManifest manifest{std::move(document), {}};
    add_places(node, file, "", manifest.places);
    documents.push_back(std::move(manifest));
  });
  return documents;
}

}  // namespace windlass::generator
