#include "hook/report/write_inspection.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"

namespace windlass::hook {
namespace {

using Json = nlohmann::ordered_json;

class Lines {
 public:
  // The kind stands before the first of its facts.
  void add(const std::string& kind, const std::string& fact) {
    text_ += fmt::format("  {:<11} {}\n", kind == last_ ? "" : kind, fact);
    last_ = kind;
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string last_;
};

// "a (b, c)" without what is empty.
std::string with_details(const std::string& text, const std::vector<std::string>& details) {
  std::vector<std::string> kept;
  for (const auto& detail : details) {
    if (!detail.empty()) kept.push_back(detail);
  }
  return kept.empty() ? text : text + " (" + join(kept, ", ") + ")";
}

std::string labelled(std::string_view label, const std::string& value) {
  return value.empty() ? "" : std::string(label) + value;
}

void add_live_run(Lines& lines, const LiveRun& live) {
  const std::string holder = !live.by_lease ? fmt::format("process {}", live.backend)
                             : live.backend == 0
                                 ? "a lease behind a pooler"
                                 : fmt::format("a lease behind a pooler, process {}", live.backend);
  lines.add("lock", with_details(holder, {live.application, labelled("role ", live.role),
                                          labelled("from ", live.address),
                                          labelled(live.by_lease ? "since " : "connected since ", live.since),
                                          labelled("last heartbeat ", live.heartbeat)}));
  if (!live.run_id.empty())
    lines.add("lock", with_details(live.phase + " " + live.run_id,
                                   {labelled("runner ", live.runner), labelled("at ", live.script)}));
  if (!live.statement.empty())
    lines.add("lock", with_details(live.statement, {labelled("since ", live.statement_since)}));
}

void add_in_flight(Lines& lines, const StatementInFlight& one) {
  lines.add("in flight",
            fmt::format("{}: statement {}{}{}", one.place.empty() ? one.script : one.place, one.statement,
                        labelled(": ", one.words.empty() ? one.command : one.words),
                        fmt::format(" (run {}, {})", one.run_id, one.started_at)));
  lines.add("in flight",
            with_details(one.settlement == "unknown"    ? "only a person can know how it ended"
                         : one.settlement == "happened" ? "it took effect; the next run goes on behind it"
                         : one.settlement == "finish"   ? "it is half done; the next run finishes it"
                                                        : "the next run runs it again",
                         {labelled("before: ", one.found), labelled("now: ", one.now)}));
}

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json live_json(const LiveRun& live) {
  return {{"backend", live.backend},
          {"lease", live.by_lease},
          {"heartbeat", or_null(live.heartbeat)},
          {"role", live.role},
          {"application", live.application},
          {"address", live.address},
          {"since", live.since},
          {"runId", or_null(live.run_id)},
          {"phase", or_null(live.phase)},
          {"runner", or_null(live.runner)},
          {"script", or_null(live.script)},
          {"statement", or_null(live.statement)},
          {"statementSince", or_null(live.statement_since)}};
}

Json in_flight_json(const std::vector<StatementInFlight>& statements) {
  Json list = Json::array();
  for (const auto& one : statements) {
    list.push_back({{"script", one.script},
                    {"statement", one.statement},
                    {"place", or_null(one.place)},
                    {"command", or_null(one.command)},
                    {"words", or_null(one.words)},
                    {"runId", one.run_id},
                    {"startedAt", one.started_at},
                    {"found", or_null(one.found)},
                    {"now", or_null(one.now)},
                    {"settlement", one.settlement},
                    {"look", or_null(one.look)}});
  }
  return list;
}

Json objects_json(const std::vector<LeftObject>& objects) {
  Json list = Json::array();
  for (const auto& object : objects) {
    list.push_back({{"kind", object.kind},
                    {"name", object.name},
                    {"table", or_null(object.table)},
                    {"note", or_null(object.note)},
                    {"remedy", or_null(object.remedy)}});
  }
  return list;
}

Json runs_json(const std::vector<PastRun>& runs) {
  Json list = Json::array();
  for (const auto& run : runs) {
    list.push_back({{"runId", run.run_id},
                    {"phase", run.phase},
                    {"outcome", run.outcome},
                    {"from", or_null(run.from)},
                    {"to", or_null(run.to)},
                    {"failedScript", or_null(run.failed_script)},
                    {"startedAt", run.started_at},
                    {"runner", run.runner},
                    {"message", or_null(run.message)}});
  }
  return list;
}

Json undo_json(const std::vector<StoredUndo>& undo) {
  Json list = Json::array();
  for (const auto& one : undo)
    list.push_back({{"version", one.version}, {"script", one.script}, {"storedAt", one.stored_at}});
  return list;
}

}  // namespace

std::string inspection_text(const Inspection& inspection) {
  Lines lines;
  lines.add("database", with_details(fmt::format("{} at {}", inspection.database, inspection.address),
                                     {labelled("schema ", inspection.schema),
                                      labelled("environment ", inspection.environment)}));
  lines.add("state", fmt::format("{}: {}", condition_name(inspection.condition), summary_of(inspection)));
  if (inspection.live) add_live_run(lines, *inspection.live);
  for (const auto& one : inspection.in_flight) add_in_flight(lines, one);
  for (const auto& script : inspection.failed) lines.add("failed", script);
  for (const auto& fault : inspection.disagreements) lines.add("disagrees", fault);
  for (const auto& object : inspection.objects)
    lines.add("left",
              with_details(object.kind + " " + object.name, {labelled("on ", object.table), object.note}));
  for (const auto& script : inspection.pending) lines.add("pending", script);
  for (const auto& undo : inspection.undo)
    lines.add("undo", fmt::format("version {}: {} (stored {})", undo.version, undo.script, undo.stored_at));
  for (const auto& run : inspection.runs)
    lines.add("runs", with_details(fmt::format("{} {} {}", run.started_at, run.phase, run.outcome),
                                   {run.runner, labelled("failed at ", run.failed_script)}));
  for (const auto& fault : inspection.unread) lines.add("unread", fault);
  for (const auto& step : inspection.next) lines.add("next", step);
  return lines.take();
}

Json inspection_json(const Inspection& inspection) {
  return {{"state", condition_name(inspection.condition)},
          {"summary", summary_of(inspection)},
          {"database", inspection.database},
          {"address", inspection.address},
          {"schema", inspection.schema},
          {"environment", or_null(inspection.environment)},
          {"version", inspection.version ? Json(*inspection.version) : Json(nullptr)},
          {"pending", inspection.pending},
          {"failed", inspection.failed},
          {"disagreements", inspection.disagreements},
          {"begun", inspection.begun},
          {"holder", inspection.live ? live_json(*inspection.live) : Json(nullptr)},
          {"inFlight", in_flight_json(inspection.in_flight)},
          {"objects", objects_json(inspection.objects)},
          {"undo", undo_json(inspection.undo)},
          {"runs", runs_json(inspection.runs)},
          {"unread", inspection.unread},
          {"next", inspection.next}};
}

}  // namespace windlass::hook
