// For programs with a main() of their own, in place of gtest/main.cc: where a compiler is told that
// there is no system, that is a function as any other, with a name as any other.

int main(int argc, char** argv);

#define ATOLL_TEXT_OF(name) #name
#define ATOLL_TEXT(name) ATOLL_TEXT_OF(name)

int main_of_c(int argc, char** argv) __asm(ATOLL_TEXT(__USER_LABEL_PREFIX__) "main");

int main_of_c(int argc, char** argv) { return main(argc, argv); }
