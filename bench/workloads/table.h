// Every workload of the program.
#pragma once

#include <span>

#include "bench/workloads/workload.h"

namespace Atoll::bench {

std::span<const Workload> workloads();

}  // namespace Atoll::bench
