#include "core/migrations/rollout.hpp"

#include <algorithm>
#include <iterator>

namespace windlass::migrations {
namespace {

bool is_contract(const Entry* entry) { return entry->script != nullptr && entry->script->contract; }
bool is_expand_version(const Entry* entry) { return !entry->repeatable && !is_contract(entry); }

}  // namespace

std::optional<OutOfTurn> keep_expand(Plan& plan, Release release) {
  auto& run = plan.to_run;
  const auto last = std::find_if(run.rbegin(), run.rend(), is_expand_version);
  const auto tail = last.base();
  const auto in_the_way = std::find_if(run.begin(), tail, is_contract);
  if (in_the_way != tail && release == Release::kLater)
    return OutOfTurn{*in_the_way, *std::find_if(in_the_way, tail, is_expand_version)};
  run.erase(std::remove_if(tail, run.end(), is_contract), run.end());
  return std::nullopt;
}

std::optional<OutOfTurn> keep_contract(Plan& plan) {
  auto& run = plan.to_run;
  const auto contract = std::find_if(run.begin(), run.end(), is_contract);
  const auto expand = std::find_if(run.begin(), run.end(), is_expand_version);
  if (contract != run.end() && expand != run.end()) return OutOfTurn{*expand, *contract};
  std::erase_if(run, [](const Entry* entry) { return !is_contract(entry); });
  return std::nullopt;
}

std::vector<const Entry*> pending_contract(const Plan& plan) {
  std::vector<const Entry*> pending;
  std::copy_if(plan.to_run.begin(), plan.to_run.end(), std::back_inserter(pending), is_contract);
  return pending;
}

}  // namespace windlass::migrations
