// What the traps ask of an object, whichever engine is asked about.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "generator/explain/hooks.hpp"
#include "generator/explain/object.hpp"
#include "generator/explain/question.hpp"

namespace windlass::generator::explain {

// Whether the engine runs the object as a hook at some event.
bool is_hook(const Object& object, const Question& question);
// Whether it is a Job or a Pod, and a hook.
bool is_hook_run(const Object& object, const Question& question);
// The Jobs among them that are hooks.
std::vector<Index> hook_jobs(const std::vector<Object>& objects, const Question& question);
// Whether the engine keeps it as an ordinary object.
bool is_tracked(const Object& object, const Question& question);

DeletePolicies policies_of(const Object& object, const Question& question);
// In the engine's spelling: "BeforeHookCreation" or "before-hook-creation".
std::string_view before_creation_word(const Question& question);

// The JSON pointers of the annotations that make the object a hook and that delete it: those that the object
// has, else those that the engine would read.
std::string hook_pointer(const Object& object, const Question& question);
std::string policy_pointer(const Object& object, const Question& question);
std::string wave_pointer(const Object& object, const Question& question);

}  // namespace windlass::generator::explain
