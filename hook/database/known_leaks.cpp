// What the leak sanitizer finds in programs that use libpqxx 6.4 and is not ours: it forgets the last result
// of a connection that breaks under a query. Built with the sanitizers only, into each of those programs,
// because the processes that tests start do not inherit their environment.

extern "C" const char* __lsan_default_suppressions();  // the name is the sanitizer's

// By the module, because the frames of its own functions have no names in Debian's build.
extern "C" const char* __lsan_default_suppressions() { return "leak:libpqxx-6.4.so\n"; }
