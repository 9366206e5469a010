#include "core/migrations/script_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "core/migrations/location.hpp"

namespace windlass::migrations {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostEntries = 100'000;

Diagnostic fault(const fs::path& place, std::string message, std::string help) {
  Diagnostic diagnostic;
  diagnostic.position.file = place.string();
  diagnostic.message = std::move(message);
  diagnostic.help = std::move(help);
  return diagnostic;
}

// What a folder holds. Its kind does not cost a look at the file where the folder itself says it.
struct Item {
  std::string name;
  bool is_folder = false;

  bool operator<(const Item& other) const { return name < other.name; }
};

// Walks one location.
class Walk {
 public:
  Walk(const Location& location, ScriptFiles& found) : location_(location), found_(found) {}

  void run() { enter(location_.root); }

 private:
  void enter(const fs::path& folder) {
    std::error_code error;
    const fs::path real = fs::canonical(folder, error);
    if (!error && std::find(open_folders_.begin(), open_folders_.end(), real) != open_folders_.end()) {
      report_loop(folder, real);
      return;
    }
    std::vector<Item> items;
    if (!error) items = items_in(folder, error);
    if (error) {
      found_.diagnostics.add(fault(folder, fmt::format("cannot read this folder: {}", error.message()),
                                   "Make it readable, or take it out of the locations."));
      return;
    }
    open_folders_.push_back(real);
    for (const Item& item : items) {
      if (too_many()) break;
      visit(folder, items, item);
    }
    open_folders_.pop_back();
  }

  // By name.
  static std::vector<Item> items_in(const fs::path& folder, std::error_code& error) {
    std::vector<Item> items;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
      std::error_code
          ignored;  // what cannot be looked at is no folder; whoever needs the file will say why not
      items.push_back({entry->path().filename().string(), entry->is_directory(ignored)});
      if (items.size() > kMostEntries) break;
    }
    std::sort(items.begin(), items.end());
    return items;
  }

  void visit(const fs::path& folder, const std::vector<Item>& items, const Item& item) {
    components_.push_back(item.name);
    if (!item.is_folder) {
      if (auto path = script_path(location_, components_)) {
        const bool has_config = std::binary_search(items.begin(), items.end(), Item{item.name + ".conf"});
        found_.files.push_back({std::move(*path), (folder / item.name).string(), has_config});
      }
    } else if (item.name[0] != '.') {
      enter(folder / item.name);
    }
    components_.pop_back();
  }

  bool too_many() {
    if (++entries_ == kMostEntries + 1) {
      found_.diagnostics.add(fault(location_.root,
                                   fmt::format("the location holds more than {} files", kMostEntries),
                                   "Name a folder that holds only migrations."));
    }
    return entries_ > kMostEntries;
  }

  void report_loop(const fs::path& folder, const fs::path& real) {
    Diagnostic diagnostic =
        fault(folder, fmt::format("this link leads back to {} and is not followed", real.string()),
              "Remove the link.");
    diagnostic.severity = Severity::kWarning;
    found_.diagnostics.add(std::move(diagnostic));
  }

  const Location& location_;
  ScriptFiles& found_;
  std::vector<fs::path> open_folders_;   // those that the walk stands in, as the system names them
  std::vector<std::string> components_;  // where the walk stands, below the root
  std::size_t entries_ = 0;
};

// Why the location's folder cannot be searched; empty when it can.
std::string obstacle(const fs::path& root) {
  std::error_code error;
  const auto status = fs::status(root, error);
  if (!fs::exists(status)) return status.type() == fs::file_type::not_found ? "not found" : error.message();
  return fs::is_directory(status) ? "" : "not a folder";
}

void report_missing(const Location& location, const std::string& reason, MissingLocation missing,
                    Diagnostics& diagnostics) {
  const bool fatal = missing == MissingLocation::kFault;
  Diagnostic diagnostic =
      fault(location.root,
            fmt::format("{} location: {} ({})", fatal ? "failed to find" : "skipping", location.text, reason),
            "Create the folder, or correct `locations`.");
  diagnostic.severity = fatal ? Severity::kError : Severity::kWarning;
  diagnostics.add(std::move(diagnostic));
}

}  // namespace

ScriptFiles find_script_files(const std::vector<std::string>& locations, const fs::path& base,
                              MissingLocation missing, const std::vector<std::string>& suffixes) {
  ScriptFiles found;
  std::vector<Location> folders;
  for (const std::string& text : locations) {
    auto parsed = parse_location(text, base, suffixes);
    if (auto* diagnostic = std::get_if<Diagnostic>(&parsed)) {
      found.diagnostics.add(std::move(*diagnostic));
    } else {
      folders.push_back(std::get<Location>(std::move(parsed)));
    }
  }
  for (const Location& location : without_overlaps(std::move(folders), found.diagnostics)) {
    const std::string reason = obstacle(location.root);
    if (reason.empty()) {
      Walk(location, found).run();
    } else {
      report_missing(location, reason, missing, found.diagnostics);
    }
  }
  return found;
}

}  // namespace windlass::migrations
