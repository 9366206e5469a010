// Words of a POSIX shell.
#pragma once

#include <string>
#include <string_view>

namespace windlass::generator {

// The text as one word of a command line, quoted when the shell would read it otherwise.
std::string shell_word(std::string_view text);

}  // namespace windlass::generator
