// A YAML file as a tree that remembers where everything stood; the only place that knows the YAML library.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/diagnostic.hpp"

namespace windlass::project {

inline constexpr std::size_t kLargestFile = 1024 * 1024;  // bytes; a real config has a few thousand
inline constexpr std::size_t kDeepest = 64;               // levels of nesting
inline constexpr std::size_t kMostNodes = 100'000;        // after aliases are expanded

// The bytes of a file and where its lines begin: makes diagnostics. Views `text`, which must outlive it.
class Source {
 public:
  Source(std::string_view text, std::string file);

  std::string_view text() const { return text_; }
  const std::string& file() const { return file_; }
  Position position(std::size_t offset) const;
  // A diagnostic about the `length` bytes at `offset`. Its source line is left out when it is very long, and
  // what looks like a password in it is masked.
  Diagnostic fault(std::size_t offset, std::size_t length, std::string message, std::string help = {}) const;

 private:
  std::size_t line_of(std::size_t offset) const;  // from 0

  std::string_view text_;
  std::string file_;
  std::vector<std::size_t> line_begins_;
};

struct Node;

struct Member {
  const Node* key = nullptr;
  const Node* value = nullptr;
  bool merged = false;  // came by the merge key "<<"; what is written in the map itself wins
};

enum class NodeKind { kNull, kScalar, kList, kMap };

struct Node {
  NodeKind kind = NodeKind::kNull;
  std::string text;        // of a scalar
  bool plain = false;      // a scalar without quotes
  std::size_t offset = 0;  // bytes into the file
  std::size_t length = 1;  // of a scalar, on its first line
  std::vector<const Node*> items;
  std::vector<Member> members;  // in the file's order, duplicates included; keys are scalars
  std::size_t expanded = 1;     // nodes, with every alias counted as what it stands for
  bool open = true;             // while it is being read
};

// Aliases are pointers to the node that they name, so nodes may be shared; there is no cycle.
struct Document {
  std::deque<Node> nodes;
  const Node* root = nullptr;  // null when there are faults
  Diagnostics faults;
};

// Reads the one document of a file. Refused with a diagnostic: a file larger than kLargestFile, NUL and other
// control characters, invalid UTF-8, no document or a second one, deeper nesting than kDeepest, more nodes
// than kMostNodes, an alias inside what it stands for, tags other than !!str, keys that are not text.
Document parse_document(const Source& source);

// A source line for a diagnostic: the value of a key that ends in "password" and the password of a URL are
// "***".
std::string without_passwords(std::string_view line);

// How a diagnostic quotes a user's text: in double quotes, shortened, control characters as \n or \x01.
std::string in_quotes(std::string_view text);

}  // namespace windlass::project
