// The difference of two texts, line by line, in the form that diff -u and git print.
#pragma once

#include <string>
#include <string_view>

namespace windlass {

// Empty when the texts are equal. Three lines of context; the two names stand in the first two lines. A last
// line without a line end is compared as if it had one.
std::string unified_diff(std::string_view before, std::string_view after, const std::string& before_name,
                         const std::string& after_name);

}  // namespace windlass
