#include "core/project/delivery_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include "core/project/connection_rules.hpp"
#include "core/project/delivery.hpp"

namespace windlass::project {
namespace {

class DeliveryRules {
 public:
  DeliveryRules(const Value& spec, const Source& source, Diagnostics& diagnostics)
      : spec_(spec),
        delivery_(value_at(spec, "delivery")),
        method_(value_at(delivery_, "method")),
        source_(source),
        diagnostics_(diagnostics) {}

  void check_all() {
    if (method_.faulty) return;
    check_image();
    check_path();
    check_command();
    if (is("imageVolume")) check_version();
    if (!is("configMap") && !(is("auto") && given("image") == nullptr)) check_folders();
  }

 private:
  void add(const Value& place, std::string message, std::string help) {
    diagnostics_.add(source_.fault(place.offset, place.length, std::move(message), std::move(help)));
  }

  bool is(std::string_view method) const { return method_.text == method; }

  const Value* given(std::string_view name) const {
    const Value* value = delivery_.find(name);
    return value != nullptr && value->given ? value : nullptr;
  }

  void refuse(const Value& value, std::string_view name) {
    add(value, fmt::format("spec.delivery.{} is set, and the method {} does not use it", name, method_.text),
        "Leave it out, or choose another method: docs/delivery.md.");
  }

  void need(std::string_view name, std::string_view what) {
    if (given(name) != nullptr) return;
    add(method_,
        fmt::format("spec.delivery.method is {}, but spec.delivery.{} is not set", method_.text, name),
        fmt::format("Name {}.", what));
  }

  void check_image() {
    const Value* image = given("image");
    if (is("copy") || is("imageVolume")) need("image", "the image that holds the scripts");
    if (is("objectStorage")) need("image", "an image that can fetch from the storage");
    if (is("configMap") && image != nullptr) refuse(*image, "image");
    if (!is("image")) return;
    if (image != nullptr) {
      add(*image, "spec.delivery.image is set, but with the method image the hook's own holds the scripts",
          "Name that image by spec.kubernetes.image, or choose copy or imageVolume.");
    }
    const Value& own = value_at(spec_, "kubernetes.image");
    if (own.given) return;
    add(method_,
        fmt::format("spec.delivery.method is image, but spec.kubernetes.image is not set: {} holds no "
                    "scripts of yours",
                    own.text),
        "Build an image FROM that of windlass-hook with the scripts in it, and name it.");
  }

  void check_path() {
    const Value* path = given("path");
    if (path == nullptr) return;
    const bool own_command = is("copy") && given("command") != nullptr;
    if (is("configMap") || is("objectStorage") || own_command || (is("auto") && given("image") == nullptr))
      return refuse(*path, "path");
    if (path->text != "/" || (!is("copy") && !is("auto"))) return;
    add(*path, "spec.delivery.path is the whole image, and all of it would be copied",
        "Put the scripts into a folder of the image, and name that.");
  }

  void check_command() {
    const Value* command = given("command");
    if (is("objectStorage")) need("command", "the command that fetches the project's folder to $(SCRIPTS)");
    if (command == nullptr) return;
    if (!is("copy") && !is("objectStorage")) return refuse(*command, "command");
    const bool says_where = std::any_of(command->items.begin(), command->items.end(), [](const Value& word) {
      return word.text.find("SCRIPTS") != std::string::npos;
    });
    if (says_where) return;
    add(*command, "no word of spec.delivery.command has $(SCRIPTS), the folder that the hook reads",
        "Write the command so that it fills that folder.");
  }

  void check_version() {
    const Value& version = value_at(spec_, "kubernetes.minVersion");
    if (!is_older_than(version, kImageVolumesSince)) return;
    add(method_,
        fmt::format("image volumes need Kubernetes 1.{}, and spec.kubernetes.minVersion is {}",
                    kImageVolumesSince, version.text),
        "Raise minVersion when every cluster has them, or choose copy, which takes the same image.");
  }

  void check_folders() {
    const Value* databases = spec_.find("databases");
    if (databases == nullptr) return;
    for (const auto& [key, database] : databases->members) {
      const Value* scripts = database.find("scripts");
      for (const auto* name : {"locations", "verify"}) {
        const Value* folders = scripts == nullptr ? nullptr : scripts->find(name);
        if (folders == nullptr) continue;
        for (const Value& folder : folders->items) check_folder(folder);
      }
    }
  }

  void check_folder(const Value& folder) {
    constexpr std::string_view kScheme = "filesystem:";
    std::string_view text = folder.text;
    if (text.starts_with(kScheme)) text.remove_prefix(kScheme.size());
    const auto normal = std::filesystem::path(text).lexically_normal();
    if (folder.faulty || normal.empty() || *normal.begin() != "..") return;
    add(folder,
        "this folder lies outside of the project's, which is what the method " + method_.text + " carries",
        "Move the scripts below the project's folder, or choose configMap.");
  }

  const Value& spec_;
  const Value& delivery_;
  const Value& method_;
  const Source& source_;
  Diagnostics& diagnostics_;
};

}  // namespace

void check_delivery_rules(const Value& spec, const Source& source, Diagnostics& diagnostics) {
  DeliveryRules(spec, source, diagnostics).check_all();
}

}  // namespace windlass::project
