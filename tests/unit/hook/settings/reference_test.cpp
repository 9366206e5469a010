#include "hook/settings/reference.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "core/base/files.hpp"

using namespace windlass;
using namespace windlass::hook;

namespace {

std::string page(const char* name) {
  return read_file(std::filesystem::path(WINDLASS_DOCS) / name, 1U << 20U);
}

}  // namespace

TEST_CASE("docs/settings.md is what the tables make") {
  INFO("write it anew: settings_print settings > docs/settings.md");
  CHECK(page("settings.md") == settings_reference());
}

TEST_CASE("docs/exit-codes.md is what the table makes") {
  INFO("write it anew: settings_print exit-codes > docs/exit-codes.md");
  CHECK(page("exit-codes.md") == exit_code_reference());
}
