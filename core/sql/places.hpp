// Turns byte offsets of a script into lines and columns, in one pass when they are asked in ascending order.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/diagnostic.hpp"

namespace windlass::sql {

// Lines end at \n, \r\n or a lone \r; columns count characters; a leading byte order mark has no column. The
// source must outlive this.
class Places {
 public:
  Places(std::string_view source, std::string file);

  // The place of byte `offset`. Costs the distance from the last one asked; an earlier offset starts anew.
  Position at(std::size_t offset);
  // A diagnostic at `offset` that shows its line, unless that is too long or not text.
  Diagnostic diagnostic(std::size_t offset, std::string message, std::string help);

 private:
  void restart();

  std::string_view source_;
  std::string file_;
  std::size_t at_ = 0;
  int line_ = 1;
  int column_ = 1;
};

}  // namespace windlass::sql
