#include "generator/plan/argocd.hpp"

#include <array>

namespace windlass::generator {
namespace {

struct StageRow {
  std::string_view file_prefix;
  std::string_view hook;
  std::string_view wave;
  std::string_view delete_policy;
};

// In the order of Stage.
constexpr std::array<StageRow, 5> kRows = {{
    {"10-presync", "PreSync", "-5", "HookSucceeded"},
    {"20-presync", "PreSync", "-1", "BeforeHookCreation"},
    {"30-presync", "PreSync", "0", "BeforeHookCreation"},
    {"40-sync", "", "", ""},
    {"50-postsync", "PostSync", "2", "BeforeHookCreation"},
}};

const StageRow& row(Stage stage) { return kRows.at(static_cast<std::size_t>(stage)); }

}  // namespace

project::Map argocd_annotations(Stage stage) {
  if (row(stage).hook.empty()) return {};
  return {{"argocd.argoproj.io/hook", std::string(row(stage).hook)},
          {"argocd.argoproj.io/hook-delete-policy", std::string(row(stage).delete_policy)},
          {"argocd.argoproj.io/sync-wave", std::string(row(stage).wave)}};
}

std::string_view stage_file_prefix(Stage stage) { return row(stage).file_prefix; }

project::Map server_side_apply() { return {{"argocd.argoproj.io/sync-options", "ServerSideApply=true"}}; }

}  // namespace windlass::generator
