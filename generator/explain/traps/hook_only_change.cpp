#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/pods.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

// What changes with the content: tags and digests of images, and texts that hold a digest or a revision.
void add_marks(const nlohmann::json& value, std::set<std::string>& marks) {
  constexpr std::size_t kShortest = 8;
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    const bool digest = text.size() >= kShortest && text.find_first_of("0123456789") != std::string::npos &&
                        text.find_first_of(" \n/") == std::string::npos;
    if (digest) marks.insert(text);
  }
  if (value.is_object() && value.contains("image") && value["image"].is_string()) {
    const auto image = value["image"].get<std::string>();
    const auto name = image.substr(image.rfind('/') + 1);
    const auto tag = name.find_first_of(":@");
    if (tag != std::string::npos && name.substr(tag + 1) != "latest")
      marks.insert("tag " + name.substr(tag + 1));
  }
  if (value.is_structured()) {
    for (const auto& inner : value) add_marks(inner, marks);
  }
}

// A ConfigMap with a digest in it is there to change with what it is the digest of.
bool is_marker(const Object& object) {
  const auto* data = find(object.body, "/data");
  if (object.kind != "ConfigMap" || data == nullptr || !data->is_object()) return false;
  return std::any_of(data->begin(), data->end(), [](const auto& value) {
    constexpr std::size_t kDigest = 32;
    if (!value.is_string()) return false;
    const auto& text = value.template get_ref<const std::string&>();
    return text.size() >= kDigest && text.find_first_not_of("0123456789abcdef") == std::string::npos;
  });
}

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  std::set<std::string> tracked;
  for (const auto& object : objects) {
    if (!is_tracked(object, question)) continue;
    if (is_marker(object)) return traps;
    add_marks(object.body, tracked);
  }
  for (const auto i : hook_jobs(objects, question)) {
    if (task_of(objects[i]) != Task::kMigrate || argo_hook(objects[i].body).phases.empty()) continue;
    std::set<std::string> own;
    add_marks(objects[i].body, own);
    const bool shared =
        std::any_of(own.begin(), own.end(), [&](const auto& mark) { return tracked.contains(mark); });
    if (shared) continue;
    traps.push_back(
        {i, hook_pointer(objects[i], question),
         fmt::format("when only {} changes, auto-sync does nothing", objects[i].label()),
         "Add an ordinary ConfigMap with a digest of the scripts, and the same digest to the Job's env."});
  }
  return traps;
}

}  // namespace

const TrapRule kHookOnlyChange{
    "hook-only-change", Under::kArgoCd, "A new migration does not make the application OutOfSync.",
    "Hooks do not count for the sync status: a commit that changes only them is Synced, and auto-sync "
    "does nothing. Some ordinary object has to change with every migration: a ConfigMap with a digest of "
    "the scripts that also stands in the Job's environment, or an application image with the tag of the "
    "migration's.",
    find_in};

}  // namespace windlass::generator::explain
