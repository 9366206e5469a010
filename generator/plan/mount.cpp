#include "generator/plan/mount.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/base/digest.hpp"
#include "core/base/text.hpp"
#include "generator/plan/names.hpp"

namespace windlass::generator {
namespace {

constexpr std::size_t kItemsLimit = 700 * 1024;  // of a Job: etcd takes 1.5 MiB, and the pod repeats the list
constexpr std::size_t kClientSideItems = 100 * 1024;  // leaves room for the rest in a 256 KiB annotation

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = (group << 8) | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      result += i + j <= bytes.size() ? kDigits[(group >> (18 - 6 * j)) & 63U] : '=';
    }
  }
  return result;
}

bool is_text(std::string_view bytes) {
  return is_valid_utf8(bytes) && bytes.find('\0') == std::string_view::npos;
}

// Bytes in the JSON that travels to the API server.
std::size_t json_size(std::string_view bytes) {
  if (!is_text(bytes)) return (bytes.size() + 2) / 3 * 4;
  return bytes.size() + static_cast<std::size_t>(std::count_if(bytes.begin(), bytes.end(), [](char c) {
           return c == '\n' || c == '\t' || c == '"' || c == '\\' || c == '\r';
         }));
}

std::string unused_key(const std::string& path, std::set<std::string>& used) {
  std::string key = config_map_key(path);
  for (int n = 2; !used.insert(key).second; ++n)
    key = fmt::format("{}.{}", config_map_key(path).substr(0, kKeyLimit - 8), n);
  return key;
}

Diagnostic too_large(const MountedFile& file) {
  return {Severity::kError,
          {file.file, 0, 0},
          fmt::format("the file has {} bytes, and a ConfigMap holds at most {}", file.bytes.size(),
                      kConfigMapLimit - kKeyLimit),
          "Split it into several scripts, or load its data outside of the migration."};
}

class Packer {
 public:
  explicit Packer(std::string stem) : stem_(std::move(stem)) {}

  void add(const MountedFile& file) {
    if (file.bytes.size() > kConfigMapLimit - kKeyLimit) return mount_.diagnostics.add(too_large(file));
    const std::size_t size = json_size(file.bytes) + kKeyLimit;
    if (mount_.shards.empty() || filled_ + size > kShardLimit) open_shard();
    filled_ += size;
    Shard& shard = mount_.shards.back();
    const std::string key = unused_key(file.path, used_keys_);
    if (is_text(file.bytes)) {
      shard.data.push_back({key, file.bytes});
    } else {
      shard.binary_data.push_back({key, base64(file.bytes)});
    }
    items_.push_back(Members{{"key", key}, {"path", file.path}});
    item_bytes_ += key.size() + file.path.size() + 20;
    digest_.add(fmt::format("{}:{}:{}:", file.path.size(), file.bytes.size(), file.path));
    digest_.add(file.bytes);
  }

  Mount finish() {
    close_shard();
    mount_.digest = digest_.hex();
    mount_.item_bytes = item_bytes_;
    if (item_bytes_ > kItemsLimit) {
      mount_.diagnostics.add({Severity::kError,
                              {},
                              "the project has more script files than one Job can mount",
                              "Squash old versions into a baseline script, and move what it replaces away."});
    }
    return std::move(mount_);
  }

 private:
  void open_shard() {
    close_shard();
    mount_.shards.push_back({fit_name(stem_, std::to_string(mount_.shards.size())), {}, {}});
    filled_ = 0;
  }

  void close_shard() {
    if (mount_.shards.empty()) return;
    mount_.sources.push_back(
        Members{{"configMap", Members{{"name", mount_.shards.back().name}, {"items", std::move(items_)}}}});
    items_.clear();
  }

  std::string stem_;
  Mount mount_;
  List items_;  // of the shard that is open
  std::set<std::string> used_keys_;
  std::size_t filled_ = 0;
  std::size_t item_bytes_ = 0;
  Sha256 digest_;
};

}  // namespace

bool needs_server_side_apply(const Mount& scripts, const Mount& queries) {
  return scripts.item_bytes + queries.item_bytes > kClientSideItems;
}

Mount mount_files(const std::string& stem, const std::vector<MountedFile>& files) {
  Packer packer(stem);
  for (const auto& file : files) packer.add(file);
  return packer.finish();
}

}  // namespace windlass::generator
