// A trap in manifests: what an engine will do that nobody meant, and the line to change.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "generator/explain/object.hpp"
#include "generator/explain/question.hpp"

namespace windlass::generator::explain {

// Under which engine something is a trap.
enum class Under { kArgoCd, kHelm, kBoth };

struct Trap {
  Index object = 0;
  std::string pointer;  // JSON pointer of what has to change
  std::string message;  // what goes wrong, lower case, no full stop
  std::string change;   // what to change, a sentence
  std::string_view rule = {};
};

struct TrapRule {
  std::string_view id;  // in output and docs; never changes
  Under under;
  std::string_view finds;  // one sentence
  std::string_view why;    // why it goes wrong and what to do, for docs/explain.md
  // What it finds; `rule` is set by the caller. The event does not count: a trap stays one.
  std::vector<Trap> (*find)(const std::vector<Object>& objects, const Question& question);
};

// Every rule, in the order of docs/explain.md.
std::span<const TrapRule* const> trap_rules();

// Every trap for the engine of the question, by place.
std::vector<Trap> find_traps(const std::vector<Object>& objects, const Question& question);

// Docs/explain.md's part about the traps, as Markdown: a heading for each rule.
std::string trap_reference();

}  // namespace windlass::generator::explain
