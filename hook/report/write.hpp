// The forms in which a report leaves the program: text or JSON on stdout, one line for the kubelet.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "hook/report/report.hpp"

namespace windlass::hook {

// A short summary for people, ending in a line feed.
std::string report_text(const Report& report);

// One JSON object with "schemaVersion": 1, ending in a line feed. Keys only ever get added;
// docs/run-records.md lists them.
std::string report_json(const Report& report);

// One JSON line of at most `limit` bytes: the outcome, the message and the hint, never details. Cut between
// characters, so that it stays JSON. Kubernetes keeps 4096 bytes per container and 12 KiB per pod.
inline constexpr std::size_t kTerminationLimit = 1024;
std::string termination_message(const Report& report, std::size_t limit = kTerminationLimit);

// Whether the file may be made when it is missing: only when somebody asked for it by name.
enum class WhenMissing { kSkip, kCreate };
// Writes the message in place (the kubelet's file is a bind mount, a rename would miss it). Returns why it
// could not be written, empty when it was or when there was nothing to write to: the run's outcome never
// hangs on it.
std::string write_termination_message(const std::filesystem::path& file, const std::string& message,
                                      WhenMissing when_missing);

}  // namespace windlass::hook
