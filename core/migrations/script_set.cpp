#include "core/migrations/script_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <variant>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/migrations/checksum.hpp"
#include "core/migrations/replaced_text.hpp"
#include "core/migrations/script_files.hpp"
#include "core/migrations/script_mark.hpp"
#include "core/migrations/script_order.hpp"
#include "core/migrations/script_text.hpp"

namespace windlass::migrations {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestVersion = 50;  // characters, as the history table's column
constexpr std::string_view kConfig = ".conf";

Diagnostic about(const std::string& file, std::string message, std::string help) {
  Diagnostic diagnostic;
  diagnostic.position.file = file;
  diagnostic.message = std::move(message);
  diagnostic.help = std::move(help);
  return diagnostic;
}

// Shell, Python and other scripts that Flyway hands to an interpreter; without a suffix it tries, too.
bool is_foreign_script(const std::string& file_name, const NamingRules& rules) {
  NamingRules foreign = rules;
  foreign.suffixes = {".sh", ".bash", ".py", ".ps1", ".bat", ".cmd"};
  if (file_name.find('.') == std::string::npos) foreign.suffixes = {""};
  const auto parsed = parse_script_name(file_name, foreign);
  return parsed && std::holds_alternative<ScriptName>(*parsed);
}

class SetReader {
 public:
  SetReader(const fs::path& base, const SetRules& rules) : base_(base), rules_(rules) {}

  ScriptSet run(const std::vector<std::string>& locations) {
    if (!parse_encoding(rules_.encoding)) {
      set_.diagnostics.add(about("", fmt::format("unknown encoding: {}", rules_.encoding),
                                 fmt::format("Known are {}.", join(encoding_names(), ", "))));
      return std::move(set_);
    }
    auto found = find_script_files(
        locations, base_,
        rules_.fail_on_missing_location ? MissingLocation::kFault : MissingLocation::kWarning,
        rules_.naming.suffixes);
    set_.diagnostics.add(std::move(found.diagnostics));
    for (const ScriptFile& file : found.files) sort_out(file);
    sort_scripts(set_.scripts);
    report_duplicates(set_.scripts, set_.diagnostics);
    for (Script& script : set_.scripts) read(script);
    set_.digest = digest_.hex();
    return std::move(set_);
  }

 private:
  // A script, a file to be named, or none of our business.
  void sort_out(const ScriptFile& file) {
    auto parsed = parse_script_name(file.file_name(), rules_.naming);
    if (!parsed) {
      warn_of_bystander(file);
    } else if (const auto* fault = std::get_if<NameFault>(&*parsed)) {
      set_.ignored_files.push_back(file.file);
      if (rules_.validate_naming) {
        set_.diagnostics.add(about(file.file, fault->message, "Rename it, or move it out of the location."));
      }
    } else {
      take(file, std::get<ScriptName>(std::move(*parsed)));
    }
  }

  void take(const ScriptFile& file, ScriptName name) {
    if (!is_valid_utf8(file.path)) {
      set_.diagnostics.add(about(file.file, "the file's name is not UTF-8", "Rename it."));
      return;
    }
    if (name.version && name.version->text().size() > kLongestVersion) {
      set_.diagnostics.add(about(file.file,
                                 fmt::format("the version is longer than {} characters", kLongestVersion),
                                 "The history table has no room for it; shorten the version."));
    }
    Script script;
    script.name = std::move(name);
    script.path = file.path;
    script.file = file.file;
    script.has_config = file.has_config;
    set_.scripts.push_back(std::move(script));
  }

  void warn_of_bystander(const ScriptFile& file) {
    const std::string name = file.file_name();
    Diagnostic warning;
    if (is_foreign_script(name, rules_.naming)) {
      warning = about(file.file, "this script is not SQL and is not run",
                      "Write it in SQL, or move it out of the location.");
    } else if (is_orphaned_config(file)) {
      warning = about(file.file, "this file belongs to no script",
                      "Name it like the script, with .conf behind it.");
    } else {
      return;
    }
    warning.severity = Severity::kWarning;
    set_.diagnostics.add(std::move(warning));
  }

  bool is_orphaned_config(const ScriptFile& file) const {
    const std::string name = file.file_name();
    if (!name.ends_with(kConfig)) return false;
    const auto parsed = parse_script_name(name.substr(0, name.size() - kConfig.size()), rules_.naming);
    std::error_code ignored;  // a script that cannot be looked at is reported where it is read
    return parsed && std::holds_alternative<ScriptName>(*parsed) &&
           !fs::exists(file.file.substr(0, file.file.size() - kConfig.size()), ignored);
  }

  void read(Script& script) {
    const auto config_bytes = read_config(script);
    auto file = open_script(script.file, set_.diagnostics);
    add_to_digest(kind_name(script.name.kind));
    add_to_digest(script.path);
    digest_.add(fmt::format("{}:", file ? file->size() : 0));
    script.encoding = script.config.encoding.value_or(rules_.encoding);
    if (file) read_text(script, TextSource(std::move(*file), *parse_encoding(script.encoding)));
    if (config_bytes) {
      add_to_digest(*config_bytes);
    } else {
      digest_.add("-:");
    }
  }

  void read_text(Script& script, TextSource source) {
    Checksum checksum;
    Position position{script.file, 1, 1};
    for (std::size_t offset = 0;;) {
      const TextSource::Piece piece = source.read(offset, &digest_);
      checksum.add(piece.text);
      if (offset == 0)
        script.contract = is_marked_contract(piece.text, script.name.kind, script.file, set_.diagnostics);
      offset += piece.bytes;
      if (piece.malformed) {
        advance(position, piece.text, piece.text.size());
        set_.diagnostics.add(malformed_byte(*piece.malformed, script.encoding, position,
                                            line_at(piece.text, piece.text.size())));
        return;
      }
      if (piece.last) break;
      advance(position, piece.text, piece.text.size());
    }
    script.readable = true;
    script.bytes = source.size();
    script.raw_checksum = checksum.value();
    script.checksum = script.name.kind == ScriptKind::kRepeatable
                          ? replaced_checksum(script, std::move(source))
                          : script.raw_checksum;
  }

  // The bytes of the script's own .conf; nothing when it has none.
  std::optional<std::string> read_config(Script& script) {
    if (!script.has_config) return std::nullopt;
    const std::string file = script.file + std::string(kConfig);
    const auto bytes = read_script_bytes(file, set_.diagnostics);
    if (!bytes) return std::nullopt;
    if (const auto text = decode_script(*bytes, "UTF-8", file, set_.diagnostics)) {
      script.config = parse_script_config(*text, file, placeholders(), set_.diagnostics);
    }
    return bytes;
  }

  std::int32_t replaced_checksum(const Script& script, TextSource source) {
    PlaceholderRules rules = placeholders();
    rules.enabled = script.config.placeholder_replacement.value_or(rules.enabled);
    const ReplacedText replaced(std::move(source), std::move(rules), script.file);
    const auto next = replaced.pieces();
    Checksum checksum;
    for (auto piece = next(); !piece.empty(); piece = next()) checksum.add(piece);
    set_.diagnostics.add(replaced.diagnostics());
    return checksum.value();
  }

  const PlaceholderRules& placeholders() {
    if (!rules_.placeholders_later) return rules_.placeholders;
    if (!asked_for_) asked_for_ = rules_.placeholders_later();
    return *asked_for_;
  }

  // Every field is preceded by its length, so that no two sets of scripts give the same bytes.
  void add_to_digest(std::string_view field) {
    digest_.add(fmt::format("{}:", field.size()));
    digest_.add(field);
  }

  const fs::path& base_;
  const SetRules& rules_;
  std::optional<PlaceholderRules> asked_for_;
  ScriptSet set_;
  Sha256 digest_;
};

}  // namespace

const Script* ScriptSet::find(ScriptKind kind, const Version& version) const {
  const auto found = std::find_if(scripts.begin(), scripts.end(), [&](const Script& script) {
    return script.name.kind == kind && script.name.version == version;
  });
  return found == scripts.end() ? nullptr : &*found;
}

std::vector<const Script*> ScriptSet::of_kind(ScriptKind kind) const {
  std::vector<const Script*> result;
  for (const Script& script : scripts) {
    if (script.name.kind == kind) result.push_back(&script);
  }
  return result;
}

ScriptSet read_script_set(const std::vector<std::string>& locations, const fs::path& base,
                          const SetRules& rules) {
  return SetReader(base, rules).run(locations);
}

}  // namespace windlass::migrations
