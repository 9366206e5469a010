#include "core/sql/text_window.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace windlass::sql {

void TextWindow::Free::operator()(char* bytes) const { std::free(bytes); }

TextWindow::TextWindow(MoreText more, Look look) : more_(std::move(more)), look_(std::move(look)) {
  text_ = more_();
  at_end_ = text_.empty();
  look_(text_, 0);
}

void TextWindow::advance(std::size_t from) {
  constexpr std::size_t kShareOfLong = 4;
  if (at_end_) return;
  keep(text_.substr(from));
  base_ += from;
  const std::size_t wanted = text_.size() + std::max<std::size_t>(1, text_.size() / kShareOfLong);
  while (text_.size() < wanted) {
    const std::string_view piece = more_();
    at_end_ = piece.empty();
    if (at_end_) return;
    look_(piece, base_ + text_.size());
    make_room(text_.size() + piece.size());
    std::memcpy(held_.get() + text_.size(), piece.data(), piece.size());
    text_ = {held_.get(), text_.size() + piece.size()};
  }
}

void TextWindow::keep(std::string_view rest) {
  const bool held = held_ != nullptr && text_.data() == held_.get();
  if (!held) make_room(rest.size());
  if (!rest.empty()) std::memmove(held_.get(), rest.data(), rest.size());
  text_ = {held_.get(), rest.size()};
}

void TextWindow::make_room(std::size_t size) {
  if (size <= capacity_) return;
  char* grown = static_cast<char*>(std::realloc(held_.get(), size));
  if (grown == nullptr) throw std::bad_alloc();
  static_cast<void>(held_.release());  // realloc has freed it or kept it in its place
  held_.reset(grown);
  capacity_ = size;
}

}  // namespace windlass::sql
