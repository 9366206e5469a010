#include "generator/rehearse/path_map.hpp"

#include <algorithm>
#include <cctype>

namespace windlass::generator {
namespace {

bool continues_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
}

}  // namespace

void PathMap::add(std::string inside, const std::filesystem::path& outside) {
  const auto place = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.inside.size() < inside.size(); });
  entries_.insert(place, {std::move(inside), outside.string()});
}

const PathMap::Entry* PathMap::entry_at(std::string_view text) const {
  for (const auto& entry : entries_) {
    if (!text.starts_with(entry.inside)) continue;
    if (text.size() == entry.inside.size() || !continues_name(text[entry.inside.size()])) return &entry;
  }
  return nullptr;
}

// One pass, so that a replacement is not searched again: /tmp may well be a mount path and lead to our own
// /tmp.
std::string PathMap::outside(std::string_view text) const {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const bool begins = at == 0 || (!continues_name(text[at - 1]) && text[at - 1] != '/');
    const Entry* entry = begins && text[at] == '/' ? entry_at(text.substr(at)) : nullptr;
    result += entry != nullptr ? entry->outside : std::string(1, text[at]);
    at += entry != nullptr ? entry->inside.size() : 1;
  }
  return result;
}

}  // namespace windlass::generator
