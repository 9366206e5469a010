#include <fmt/format.h>

#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& /*question*/) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto* annotations = find(objects[i].body, "/metadata/annotations");
    if (annotations == nullptr || !annotations->is_object()) continue;
    for (const auto& [name, value] : annotations->items()) {
      if (value.is_string()) continue;
      traps.push_back({i, annotation_pointer(name),
                       fmt::format("{}: the annotation {} is no text", objects[i].label(), name),
                       "Put the value in quotes."});
    }
  }
  return traps;
}

}  // namespace

const TrapRule kUnquotedAnnotation{
    "unquoted-annotation", Under::kBoth, "The value of an annotation is no text.",
    "Kubernetes knows texts only: a wave or weight without quotes is a number, and `on`, `yes` and `no` "
    "are booleans. Helm stops at it with a YAML error. Argo CD reads none of the object's annotations any "
    "more, so that a hook is an ordinary object, and then the API server refuses it.",
    find_in};

}  // namespace windlass::generator::explain
