#include "hook/phases/scripts_ahead.hpp"

#include <filesystem>
#include <utility>

namespace windlass::hook {

ScriptsAhead::ScriptsAhead(const Settings& settings) {
  migrations::SetRules rules = set_rules(settings);
  rules.placeholders_later = [values = placeholders_.get_future().share()] { return values.get(); };
  set_ = std::async(std::launch::async, [rules = std::move(rules), locations = settings.locations,
                                         base = std::filesystem::current_path()] {
    return migrations::read_script_set(locations, base, rules);
  });
}

migrations::ScriptSet ScriptsAhead::take(migrations::PlaceholderRules placeholders) {
  placeholders_.set_value(std::move(placeholders));
  return set_.get();
}

}  // namespace windlass::hook
