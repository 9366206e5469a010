// Prints the JSON Schema of windlass.yaml, for tests/schema.
#include <iostream>

#include "core/project/schema.hpp"

int main() { std::cout << windlass::project::json_schema(); }
