#include "tools/atoll/cli.h"

int main(int argc, char** argv) { return Atoll::tool::run_command_line(argc, argv); }
