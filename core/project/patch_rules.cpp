#include "core/project/patch_rules.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace windlass::project {
namespace {

class PatchRules {
 public:
  PatchRules(const Value& spec, const Source& source, Diagnostics& diagnostics)
      : spec_(spec), source_(source), diagnostics_(diagnostics) {}

  void check(const std::string& name, const Value& patch) {
    shown_ = "spec.patches." + name;
    const Value* merge = patch.find("merge");
    const Value* json = patch.find("json");
    if (merge != nullptr && json != nullptr) {
      add(*json, fmt::format("{} has both merge and json", shown_), "Make two patches of it.");
    } else if (merge == nullptr && json == nullptr) {
      add(patch, fmt::format("{} has neither merge nor json", shown_),
          "Say what is to change by one of them.");
    }
    if (json != nullptr && json->kind == NodeKind::kList) {
      if (json->items.empty()) add(*json, fmt::format("{}.json holds no operation", shown_));
      for (const Value& operation : json->items) check_operation(operation);
    }
    if (const Value* target = patch.find("target")) check_database(*target);
  }

 private:
  void add(const Value& place, std::string message, std::string help = {}) {
    diagnostics_.add(source_.fault(place.offset, place.length, std::move(message), std::move(help)));
  }

  void check_operation(const Value& operation) {
    const Value* op = operation.find("op");
    if (op == nullptr || op->faulty) return;
    const bool moves = op->text == "move" || op->text == "copy";
    const bool sets = op->text == "add" || op->text == "replace" || op->text == "test";
    for (const auto* key : {"path", "from"}) {
      const Value* pointer = operation.find(key);
      if (pointer == nullptr || pointer->faulty || pointer->text.starts_with('/')) continue;
      add(*pointer, fmt::format("{} is no JSON pointer: {}", key, in_quotes(pointer->text)),
          "Begin it with a slash: /spec/template.");
    }
    need(operation, *op, "from", moves);
    need(operation, *op, "value", sets);
  }

  void need(const Value& operation, const Value& op, std::string_view key, bool needed) {
    const Value* value = operation.find(key);
    if (needed && value == nullptr) add(op, fmt::format("the operation {} needs {}", op.text, key));
    if (!needed && value != nullptr)
      add(*value, fmt::format("the operation {} takes no {}", op.text, key), "Leave it out.");
    if (needed && value != nullptr && value->kind == NodeKind::kNull)
      add(op, fmt::format("the operation {} has no {}", op.text, key), "To take a value away, use remove.");
  }

  void check_database(const Value& target) {
    const Value* name = target.find("database");
    const Value* databases = spec_.find("databases");
    if (name == nullptr || name->faulty || databases == nullptr || databases->find(name->text) != nullptr)
      return;
    add(*name, fmt::format("{}.target.database names no database: {}", shown_, in_quotes(name->text)),
        "Write its key under spec.databases.");
  }

  const Value& spec_;
  const Source& source_;
  Diagnostics& diagnostics_;
  std::string shown_;
};

}  // namespace

void check_patch_rules(const Value& spec, const Source& source, Diagnostics& diagnostics) {
  const Value* patches = spec.find("patches");
  if (patches == nullptr) return;
  PatchRules rules(spec, source, diagnostics);
  for (const auto& [name, patch] : patches->members) {
    if (patch.kind == NodeKind::kMap && !patch.faulty) rules.check(name, patch);
  }
}

}  // namespace windlass::project
