#include "generator/plan/mount.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <set>

#include "core/base/digest.hpp"
#include "core/base/text.hpp"
#include "generator/plan/names.hpp"

namespace windlass::generator {
namespace {

constexpr std::size_t kItemsLimit = 700 * 1024;
constexpr std::size_t kClientSideItems = 100 * 1024;  // leaves room for the rest in a 256 KiB annotation

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

std::size_t item_size(std::string_view key, std::string_view path) { return key.size() + path.size() + 20; }

class Packer {
 public:
  explicit Packer(std::string stem) : stem_(std::move(stem)) {}

  void add(const MountedFile& file) {
    assert(file.size <= kFileLimit);
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
    mount_.item_bytes += item_size(key, file.path);
  }

  Mount finish() {
    close_shard();
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
};

}  // namespace

bool needs_server_side_apply(const Mount& scripts, const Mount& queries) {
  return scripts.item_bytes + queries.item_bytes > kClientSideItems;
}

std::string files_digest(const std::vector<MountedFile>& files) {
  Sha256 digest;
  for (const auto& file : files) {
    digest.add(fmt::format("{}:{}:{}:", file.path.size(), file.size, file.path));
    digest.add(file.size > kFileLimit ? sha256_hex_of_file(file.file) : file.bytes);
  }
  return digest.hex();
}

bool fits_a_job(const std::vector<MountedFile>& files) {
  std::size_t bytes = 0;
  for (const auto& file : files) bytes += item_size(config_map_key(file.path), file.path);
  return bytes <= kItemsLimit;
}

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

Mount mount_files(const std::string& stem, const std::vector<MountedFile>& files) {
  Packer packer(stem);
  for (const auto& file : files) packer.add(file);
  Mount mount = packer.finish();
  mount.digest = files_digest(files);
  return mount;
}

}  // namespace windlass::generator
