#include <fmt/format.h>

#include "generator/explain/pods.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::string wrong_argument(const Container& container, bool alloydb) {
  for (const auto& argument : items_at(container.body, "/args")) {
    if (!argument.is_string()) continue;
    const auto& text = argument.get_ref<const std::string&>();
    if (alloydb && (text == "--exit-zero-on-sigterm" || text == "--private-ip")) return text;
    const bool instance = !text.starts_with('-') && (text.find("alloydb") != std::string::npos ||
                                                     text.find("/clusters/") != std::string::npos);
    if (!alloydb && (instance || text == "--exit-zero-sigterm")) return text;
  }
  return {};
}

std::string change_for(const std::string& wrong, bool alloydb) {
  if (wrong == "--private-ip")
    return "Leave it out: the private address is what the AlloyDB Auth Proxy takes.";
  if (alloydb) return "Write --exit-zero-sigterm.";
  return wrong == "--exit-zero-sigterm"
             ? "Write --exit-zero-on-sigterm."
             : "Use the image of the AlloyDB Auth Proxy, and the path of the instance.";
}

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& /*question*/) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    for (const auto& container : containers_of(objects[i])) {
      const bool alloydb = text_at(container.body, "/image").find("alloydb-auth-proxy") != std::string::npos;
      if (!is_database_proxy(text_at(container.body, "/image"))) continue;
      const auto wrong = wrong_argument(container, alloydb);
      if (wrong.empty()) continue;
      traps.push_back({i, container.pointer + "/args",
                       fmt::format("{}: {} is nothing for the {} Auth Proxy", objects[i].label(), wrong,
                                   alloydb ? "AlloyDB" : "Cloud SQL"),
                       change_for(wrong, alloydb)});
    }
  }
  return traps;
}

}  // namespace

const TrapRule kProxyFlag{
    "proxy-flag", Under::kBoth, "A flag belongs to the other database proxy.",
    "The two proxies of Google Cloud are spelt almost alike: `--exit-zero-on-sigterm` is the Cloud SQL "
    "Auth Proxy's, `--exit-zero-sigterm` the AlloyDB Auth Proxy's. Each refuses the other's flag and does "
    "not start, and `--private-ip` is the first one's alone. Nor does the Cloud SQL Auth Proxy reach an "
    "AlloyDB instance, whose name is a path of "
    "projects, locations, clusters and instances.",
    find_in};

}  // namespace windlass::generator::explain
