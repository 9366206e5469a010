// What a rehearsal shows: a timeline for people as it happens, one JSON object for programs at the end.
#pragma once

#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "generator/rehearse/promise.hpp"
#include "generator/rehearse/sync_order.hpp"
#include "generator/rehearse/sync_run.hpp"

namespace windlass::generator {

struct Rehearsal {
  std::string project;
  std::string environment;
  std::string server_version;
  bool own_server = true;
  std::vector<std::string> ignored;  // objects that Argo CD would not apply
  std::vector<std::string> made_up;  // what was missing and made up
  SyncResult sync;
  std::vector<VersionPromise> promises;
  std::string promise_not_checked;  // why, for all of them; empty: they were

  bool succeeded() const;
};

// Writes the text form piece by piece.
class Timeline {
 public:
  // The columns are as wide as the names in `order` need.
  Timeline(std::ostream& out, const SyncOrder& order);

  void title(const Rehearsal& rehearsal);
  SyncEvents events();
  void promise_title();
  void promise(const VersionPromise& promise);
  void summary(const Rehearsal& rehearsal);

 private:
  void step_line(const Step& step, const std::string& outcome);
  void container_line(const ContainerResult& container);
  void indented(const std::string& text);

  std::ostream& out_;
  std::size_t object_width_ = 0;
  std::size_t container_width_ = 0;
};

// "schemaVersion": 1. Without the logs of what went well.
nlohmann::ordered_json rehearsal_json(const Rehearsal& rehearsal);

}  // namespace windlass::generator
