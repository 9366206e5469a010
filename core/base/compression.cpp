#include "core/base/compression.hpp"

#include <libdeflate.h>

#include <memory>
#include <vector>

#include "core/base/error.hpp"

namespace windlass {

std::size_t gzip_size(std::string_view bytes) {
  constexpr int kLevel = 9;
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(kLevel), libdeflate_free_compressor);
  if (!compressor) throw Error(ExitCode::kInternal, "no memory to compress in");
  std::vector<char> room(libdeflate_gzip_compress_bound(compressor.get(), bytes.size()));
  return libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(), room.data(), room.size());
}

}  // namespace windlass
