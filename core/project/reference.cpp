#include "core/project/reference.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"
#include "core/project/keys.hpp"

namespace windlass::project {
namespace {

constexpr std::string_view kIntroduction = R"(# Config reference

Made from the key table in `core/project/keys.cpp`; a test keeps it current.

A project is a folder with a `windlass.yaml`. Keys are written in camelCase; each is also accepted in snake_case.
Editors complete and check the file with the schema that `windlass schema` prints.

```yaml
apiVersion: windlass.dev/v1
kind: ProjectConfig
metadata:
  name: storefront
spec:
  databases:
    main:
      name: storefront
  environments:
    prod:
      kubernetes:
        namespace: storefront
```

The default of a duration, a quantity or a number is shown as it would be written. Durations are sums of `ms`, `s`,
`m` and `h`, such as `1h30m`. Booleans are `true` and `false` only; quote `"yes"`, `"no"`, `"on"` and `"off"` where
text is meant.

`spec.environments.<name>` holds any of the keys marked with an asterisk, and what stands below them. With
`--env <name>` maps are merged key by key; a list or a single value replaces the one outside. Every environment is
checked, whichever is asked for.
)";

// "spec.databases.*.name" as people read it: "spec.databases.<name>.name".
std::string shown_path(const std::string& path) {
  std::string result;
  for (const auto& part : split(path, '.')) {
    if (part == "[]") {
      result += "[]";
      continue;
    }
    if (!result.empty()) result += '.';
    result += part == "*" ? "<name>" : part;
  }
  return result;
}

std::string type_of(const Key& key) {
  const std::string type(format_row(key.format).type);
  switch (key.shape) {
    case Shape::kValue: return type;
    case Shape::kList: return "list: " + type;
    case Shape::kMap: return "map: " + type;
    case Shape::kItems: return "list of sections";
    case Shape::kData: return "map: any";
    case Shape::kAnyData: return "any";
    case Shape::kSections:
    case Shape::kOverlays: return "sections by name";
    case Shape::kSection: break;
  }
  return "section";
}

std::string code_list(const std::vector<std::string_view>& words) {
  return fmt::format("`{}`", fmt::join(words, "`, `"));
}

std::string description(const Key& key) {
  std::string text = key.help;
  if (key.shape == Shape::kValue && !key.allowed.empty()) text += " One of " + code_list(key.allowed) + ".";
  if (!key.planned.empty()) text += " Not supported yet: " + code_list(key.planned) + ".";
  if (key.format == Format::kNumber) text += fmt::format(" From {} to {}.", key.low, key.high);
  return text;
}

std::string default_of(const Key& key) {
  if (key.needed == Needed::kRequired) return "required";
  return key.fallback.empty() ? "" : fmt::format("`{}`", key.fallback);
}

// Each key with a section below spec opens a heading of its own.
bool opens_chapter(const Key& key) {
  const auto parts = split(key.path, '.');
  return key.path == "apiVersion" || key.path == "metadata" || (parts.size() == 2 && parts[0] == "spec");
}

}  // namespace

std::string config_reference() {
  std::string page(kIntroduction);
  for (const auto& key : key_table()) {
    if (key.path == "spec") continue;
    if (opens_chapter(key)) {
      const std::string mark = key.overlay == Overlay::kYes ? "*" : "";
      const bool section = key.shape != Shape::kValue;
      page += section ? fmt::format("\n## {}{}\n\n{}\n\n", shown_path(key.path), mark, key.help)
                      : "\n## The file\n\n";
      page += "| key | type | default | meaning |\n|---|---|---|---|\n";
      if (section) continue;
    }
    page += fmt::format("| `{}` | {} | {} | {} |\n", shown_path(key.path), type_of(key), default_of(key),
                        description(key));
  }
  return page;
}

}  // namespace windlass::project
