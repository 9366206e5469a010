# Writes OUTPUT, a C++ source that holds the FILES (separated by |): HEADER declares the row type TYPE {name, text} and
# FUNCTION, which returns them by name. A file's name is its path below ROOT, or its stem when there is no ROOT.
string(REPLACE "|" ";" FILES "${FILES}")
list(SORT FILES)
set(rows "")
foreach(file IN LISTS FILES)
  if(ROOT)
    file(RELATIVE_PATH name "${ROOT}" "${file}")
  else()
    get_filename_component(name "${file}" NAME_WE)
  endif()
  file(READ "${file}" text)
  string(APPEND rows "    ${TYPE}{\"${name}\", R\"~~~(${text})~~~\"},\n")
endforeach()
file(WRITE "${OUTPUT}.new" "#include \"${HEADER}\"

#include <array>

namespace windlass::generator {
namespace {

constexpr std::array kFiles{
${rows}};

}  // namespace

std::span<const ${TYPE}> ${FUNCTION}() { return kFiles; }

}  // namespace windlass::generator
")
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
