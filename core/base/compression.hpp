// How small bytes become, for limits that count what is compressed.
#pragma once

#include <cstddef>
#include <string_view>

namespace windlass {

// The bytes of a gzip file of `bytes`, compressed well. Throws Error(kInternal) without memory.
std::size_t gzip_size(std::string_view bytes);

}  // namespace windlass
