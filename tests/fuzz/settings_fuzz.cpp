// Settings and database URLs: nothing that could be a password is ever shown, and both URL readers agree.
#include <fuzzer/FuzzedDataProvider.h>
#include <libpq-fe.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "core/base/text.hpp"
#include "core/contract/settings.hpp"
#include "generator/rehearse/database_url.hpp"
#include "hook/settings/explain.hpp"
#include "hook/settings/load.hpp"
#include "tests/fuzz/promise.hpp"

namespace {

using windlass::fuzz::expect;
using windlass::hook::Environment;
using windlass::hook::Flags;

constexpr char kMark = '\x01';  // stands for the secret in made-up text
constexpr std::string_view kSecret = "Xq7Zw9";

std::string with_secret(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == kMark) {
      result += kSecret;
    } else {
      result += c;
    }
  }
  return result;
}

using Parameters = std::map<std::string, std::string>;

// What libpq reads in a URL or keyword string; nothing when it refuses it.
std::optional<Parameters> read_by_libpq(const std::string& text) {
  if (text.find('\0') != std::string::npos) return std::nullopt;
  char* message = nullptr;
  PQconninfoOption* options = PQconninfoParse(text.c_str(), &message);
  PQfreemem(message);
  if (options == nullptr) return std::nullopt;
  Parameters parameters;
  for (const auto* option = options; option->keyword != nullptr; ++option) {
    if (option->val != nullptr) parameters[option->keyword] = option->val;
  }
  PQconninfoFree(options);
  return parameters;
}

bool is_uri(std::string_view text) {
  return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

// The address in a URI: libpq ends the credentials at the first @ that no slash precedes, and the address at
// ?.
std::string address_of(std::string_view uri) {
  uri.remove_prefix(uri.find("://") + 3);
  const auto end = uri.find_first_of("@/");
  if (end != std::string_view::npos && uri[end] == '@') uri.remove_prefix(end + 1);
  return std::string(uri.substr(0, uri.find('?')));
}

// Whether the secret stands where a server's address stands, even one that a parameter overrides: there it
// may be shown. Of a keyword string that libpq refuses nobody can say what is what.
bool is_in_address(const std::string& url) {
  if (is_uri(url) && address_of(url).find(kSecret) != std::string::npos) return true;
  const auto parameters = read_by_libpq(url);
  if (!parameters) return !is_uri(url);
  for (const char* part : {"host", "hostaddr", "dbname"}) {
    const auto found = parameters->find(part);
    if (found != parameters->end() && found->second.find(kSecret) != std::string::npos) return true;
  }
  return false;
}

// One port is for all hosts; a list of ports with nothing in it leaves them to libpq, as no list does.
std::string port_of_each(const Parameters& from, const std::string& ports) {
  if (ports.find_first_not_of(',') == std::string::npos) return "";
  const auto hosts = from.find("host");
  std::string each = ports;
  if (hosts == from.end() || ports.find(',') != std::string::npos) return each;
  const auto more = std::count(hosts->second.begin(), hosts->second.end(), ',');
  for (std::ptrdiff_t i = 0; i < more; ++i) each += "," + ports;
  return each;
}

// What is written from what was read must lead to the same server.
void check_written_again(const windlass::generator::DatabaseUrl& url, const Parameters& expected) {
  const auto again = read_by_libpq(windlass::generator::to_url(url).reveal());
  expect(again.has_value(), "libpq reads what we write", windlass::generator::to_url(url).reveal());
  for (const char* name : {"user", "password", "host", "port", "dbname"}) {
    const auto value = [name](const Parameters& from) {
      const auto found = from.find(name);
      const std::string text = found == from.end() ? std::string() : found->second;
      return std::string_view(name) == "port" ? port_of_each(from, text) : text;
    };
    expect(value(*again) == value(expected), "a URL that is written again says the same",
           std::string(name) + ": " + value(*again) + "\n" + value(expected));
  }
}

void check_readers_agree(const std::string& url) {
  const auto ours = windlass::generator::parse_database_url(url);
  const auto theirs = read_by_libpq(std::string(windlass::trim(url)));
  if (!theirs || theirs->count("hostaddr") > 0) return;  // an address and a name are one thing to a rehearsal
  if (ours) check_written_again(*ours, *theirs);
  if (!ours) return;
  const auto part = [&](const char* name) {
    const auto found = theirs->find(name);
    return found == theirs->end() ? std::string() : found->second;
  };
  expect(ours->user == part("user"), "libpq reads the same user", ours->user + "\n" + part("user"));
  expect(ours->password.reveal() == part("password"), "libpq reads the same password");
  expect(ours->host == part("host"), "libpq reads the same host", ours->host + "\n" + part("host"));
  expect(ours->port == part("port"), "libpq reads the same port", ours->port + "\n" + part("port"));
  expect(ours->database == part("dbname"), "libpq reads the same database",
         ours->database + "\n" + part("dbname"));
}

// A file in memory, named as the hook opens it.
class MemoryFile {
 public:
  explicit MemoryFile(const std::string& text) : descriptor_(memfd_create("settings", MFD_CLOEXEC)) {
    expect(descriptor_ >= 0 && write(descriptor_, text.data(), text.size()) >= 0, "a file in memory");
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

std::string settings_file(FuzzedDataProvider& input) {
  std::string text;
  const auto table = windlass::setting_table();
  for (int lines = input.ConsumeIntegralInRange(0, 4); lines > 0; --lines) {
    const auto& row = table[input.ConsumeIntegralInRange<std::size_t>(0, table.size() - 1)];
    text += windlass::setting_file_key(row.name) + ": " + input.ConsumeRandomLengthString(30) + "\n";
  }
  if (input.ConsumeBool()) text += "databasePassword: " + std::string(kSecret) + "\n";
  if (input.ConsumeBool()) text += "databaseUrl: postgresql://u:" + std::string(kSecret) + "@h/d\n";
  return text;
}

void add_settings(FuzzedDataProvider& input, Flags& flags, Environment& environment) {
  for (int count = input.ConsumeIntegralInRange(0, 4); count > 0; --count) {
    const auto table = windlass::setting_table();
    const auto& row = table[input.ConsumeIntegralInRange<std::size_t>(0, table.size() - 1)];
    const std::string value = input.ConsumeRandomLengthString(30);
    if (row.kind == windlass::SettingKind::kSecret || row.name == "settings") continue;
    if (input.ConsumeBool()) {
      flags[std::string(row.name)].push_back(value);
    } else {
      environment[windlass::setting_environment_name(row.name)] = value;
    }
  }
}

std::string all_that_is_shown(const windlass::hook::LoadedSettings& loaded) {
  std::string text = windlass::hook::explain_settings(loaded.settings);
  text += windlass::hook::database_address(loaded.settings) + "\n";
  if (loaded.fault)
    text += loaded.fault->what() + ("\n" + loaded.fault->hint()) + "\n" + loaded.fault->details();
  for (const auto& warning : loaded.warnings) text += warning + "\n";
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  // libFuzzer learns the secret from comparisons; only the mark may bring it in.
  if (std::string_view(reinterpret_cast<const char*>(data), size).find(kSecret) != std::string_view::npos)
    return 0;
  FuzzedDataProvider input(data, size);
  Flags flags;
  Environment environment;
  std::string url = with_secret(input.ConsumeRandomLengthString(150));
  url.erase(std::min(url.find('\0'), url.size()));  // the environment holds none
  check_readers_agree(url);
  if (input.ConsumeBool()) environment["WINDLASS_DATABASE_PASSWORD"] = kSecret;
  environment["WINDLASS_DATABASE_URL"] = url;
  const MemoryFile file(settings_file(input));
  if (input.ConsumeBool()) flags["settings"] = {file.path()};
  add_settings(input, flags, environment);
  const auto loaded = windlass::hook::load_settings(windlass::Phase::kMigrate, flags, environment);
  const std::string shown = all_that_is_shown(loaded);
  const std::string address = windlass::hook::database_address(loaded.settings);
  if (address.find(kSecret) != std::string::npos && is_in_address(url)) return 0;
  expect(shown.find(kSecret) == std::string::npos, "a secret is never shown", "URL: " + url + "\n" + shown);
  return 0;
}
