// An inspection as text for people and as the JSON object `inspection` of a report.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "hook/report/inspection.hpp"

namespace windlass::hook {

// Lines for a terminal: one fact each, its kind in the first column.
std::string inspection_text(const Inspection& inspection);

// docs/recovery.md lists the keys; they only ever get added.
nlohmann::ordered_json inspection_json(const Inspection& inspection);

}  // namespace windlass::hook
