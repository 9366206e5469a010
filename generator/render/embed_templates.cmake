# Writes OUTPUT, a C++ source that holds the files of templates/ named in FILES (separated by |).
string(REPLACE "|" ";" FILES "${FILES}")
list(SORT FILES)
set(rows "")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME_WE)
  file(READ "${file}" text)
  string(APPEND rows "    EmbeddedTemplate{\"${name}\", R\"~~~(${text})~~~\"},\n")
endforeach()
file(WRITE "${OUTPUT}.new" "#include \"generator/render/embedded_templates.hpp\"

#include <array>

namespace windlass::generator {
namespace {

constexpr std::array kTemplates{
${rows}};

}  // namespace

std::span<const EmbeddedTemplate> embedded_templates() { return kTemplates; }

}  // namespace windlass::generator
")
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
