// The text of a script as the server gets it, its placeholders replaced: made piece by piece from where it
// comes from, as often as it is asked for, so that neither a script's size nor a secret value stays in
// memory.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/migrations/checksum.hpp"
#include "core/migrations/placeholders.hpp"
#include "core/migrations/text_source.hpp"

namespace windlass::migrations {

class ReplacedText {
 public:
  ReplacedText() = default;  // empty
  // `file` names the script in diagnostics and gives ${flyway:filename} its value.
  ReplacedText(TextSource source, PlaceholderRules rules, std::string file);

  // Piece `index`, empty behind the last one; there until another one is asked for. Before anything else is
  // asked, each has to be made once, in order. Throws Error(kTransient) when the source is not what it was
  // then.
  std::string_view piece(std::size_t index) const;

  // The pieces one after the other, as sql::split() takes them. This must outlive it.
  std::function<std::string_view()> pieces() const;

  std::size_t size() const { return end_.result_offset; }  // bytes
  // Calls `take` with the bytes from `offset` on, `length` of them, in pieces; stops when it returns false.
  void read(std::size_t offset, std::size_t length, const std::function<bool(std::string_view)>& take) const;
  std::string part(std::size_t offset, std::size_t length) const;
  // The same without a copy; nothing where a placeholder was replaced, or the file is not UTF-8.
  std::optional<FileStretch> map(std::size_t offset, std::size_t length) const;
  // All of it, its pieces made if they were not yet: for texts that are known to be short.
  std::string whole() const;

  // Where byte `offset` stands in the script's file.
  Position position(std::size_t offset) const;
  // The line of the file that it stands in; empty when that is longer than 500 bytes.
  std::string line(std::size_t offset) const;
  // The file's text, placeholders not replaced, between two bytes of this text; not more than `most` bytes of
  // it.
  std::string source_between(std::size_t begin, std::size_t end, std::size_t most) const;

  // Placeholders without a value or without an end.
  const Diagnostics& diagnostics() const { return diagnostics_; }
  std::int32_t checksum_of_source() const { return source_checksum_.value(); }
  // About what it holds now, in bytes.
  std::size_t held_bytes() const;

 private:
  // Where a piece begins, in everything that it is counted in.
  struct Mark {
    std::size_t bytes_offset = 0;   // of the source's bytes
    std::size_t source_offset = 0;  // of the source's text
    std::size_t result_offset = 0;
    int line = 1;
    int column = 1;
    std::size_t hash = 0;   // of the piece's result
    bool is_source = true;  // nothing was replaced in it
  };
  struct Made {
    std::string source;  // empty when nothing was replaced: then `replaced.text` is it
    Replaced replaced;
    std::size_t bytes = 0;
    bool last = true;

    std::string_view source_text() const { return replaced.replacements.empty() ? replaced.text : source; }
  };

  Made make(std::size_t bytes_offset) const;
  void note(const Made& made) const;
  const Made& load(std::size_t index) const;
  std::size_t piece_of(std::size_t offset, std::size_t Mark::*counted) const;
  std::size_t source_offset(std::size_t offset) const;
  std::string source_part(std::size_t begin, std::size_t length) const;

  mutable TextSource source_;  // until all is in one piece that is held
  mutable PlaceholderRules rules_;
  std::string file_;
  // What the first making of the pieces told, and the piece that was asked for last.
  mutable std::vector<Mark> marks_;
  mutable Mark end_;
  mutable bool complete_ = false;
  mutable Diagnostics diagnostics_;
  mutable Checksum source_checksum_;
  mutable Made loaded_;
  mutable std::size_t loaded_index_ = static_cast<std::size_t>(-1);
};

}  // namespace windlass::migrations
