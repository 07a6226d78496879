// Runs one workload with the malloc that the process has.
//   workloads --list            name, threads, what: one line each, by tabs
//   workloads NAME [SCALE]      prints "seconds S", and further results as "name value"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "bench/workloads/table.h"

namespace {

using Atoll::bench::Run;
using Atoll::bench::Workload;
using Atoll::bench::workloads;

int usage(const char* what) {
  std::fprintf(stderr, "workloads: %s; usage: workloads --list | NAME [SCALE]\n", what);
  return 2;
}

int list() {
  for (const Workload& workload : workloads()) {
    std::printf("%s\t%d\t%s\n", workload.name, workload.threads, workload.what);
  }
  return 0;
}

int run(const Workload& workload, double scale) {
  Run run(workload, scale);
  workload.run(run);
  std::printf("seconds %.9f\n", run.seconds());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) return usage("one workload, please");
  if (std::strcmp(argv[1], "--list") == 0) return list();
  char* end = nullptr;
  const double scale = argc == 3 ? std::strtod(argv[2], &end) : 1;
  if (end != nullptr && *end != '\0') return usage("no such scale");
  if (!(scale > 0 && scale <= 1000)) return usage("no such scale");
  for (const Workload& workload : workloads()) {
    if (std::strcmp(argv[1], workload.name) == 0) return run(workload, scale);
  }
  return usage("no such workload");
}
