// Prints a page of docs/: "settings" or "exit-codes".
#include <iostream>
#include <string_view>

#include "hook/settings/reference.hpp"

int main(int argc, char** argv) {
  const std::string_view page = argc == 2 ? argv[1] : "";
  if (page == "settings") {
    std::cout << windlass::hook::settings_reference();
  } else if (page == "exit-codes") {
    std::cout << windlass::hook::exit_code_reference();
  } else {
    std::cerr << "usage: settings_print settings | exit-codes\n";
    return 64;
  }
  return 0;
}
