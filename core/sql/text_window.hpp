// The stretch of a script that its splitter looks at: a script that comes in pieces is never held whole.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace windlass::sql {

// The next piece of a script, from front to back; empty behind the last one. A piece has to stay where it is
// until the next call, and no character is cut in two.
using MoreText = std::function<std::string_view()>;

class TextWindow {
 public:
  // `look` is called with every piece as it comes, and with the byte of the script that it begins at.
  using Look = std::function<void(std::string_view piece, std::size_t offset)>;
  TextWindow(MoreText more, Look look);

  std::string_view text() const { return text_; }
  std::size_t base() const { return base_; }  // where the window begins, in bytes of the script
  bool at_end() const { return at_end_; }     // it is known that nothing follows the window

  // Begins the window at byte `from` of its text and takes more behind it: one piece, or several when little
  // was given up, so that a long token is not looked at too often.
  void advance(std::size_t from);

 private:
  struct Free {
    void operator()(char* bytes) const;
  };

  void keep(std::string_view rest);
  void make_room(std::size_t size);

  MoreText more_;
  Look look_;
  std::string_view text_;
  std::size_t base_ = 0;
  bool at_end_ = false;
  // Grown by realloc, which moves pages instead of copying them: a statement may have tens of megabytes.
  std::unique_ptr<char, Free> held_;
  std::size_t capacity_ = 0;
};

}  // namespace windlass::sql
