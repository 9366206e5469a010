// Where in an Argo CD sync an object has its place, and the annotations that say so.
#pragma once

#include <string>
#include <string_view>

#include "core/project/project.hpp"

namespace windlass::generator {

// In the order of a sync.
enum class Stage { kSupport, kBackup, kMigrate, kTracked, kVerify };

// The hook, its wave and its delete policy; nothing for what is tracked with the application. Jobs are
// deleted before they are created anew, so that a retry never takes the old one's result for its own. What
// they need is kept until the whole sync has succeeded, so that a failed one can be looked into.
project::Map argocd_annotations(Stage stage);

// "30-presync": what the names of the stage's files begin with, so that a folder lists them in order.
std::string_view stage_file_prefix(Stage stage);

// The annotation by which Argo CD applies an object on the server's side: without it, objects above 256 KiB
// fail, because a copy of each goes into an annotation.
project::Map server_side_apply();

}  // namespace windlass::generator
