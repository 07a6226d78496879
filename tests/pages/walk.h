// A heap's address space on a simulated system, with a record of all its calls.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "os/decorators/trace.h"
#include "os/sim/config.h"
#include "os/sim/sim_os.h"
#include "src/pages/arena_space.h"

namespace Atoll::pages {

inline constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
inline constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

class Walk final : public HintObserver {
 public:
  Walk(const os::sim::Config& config, const port::PortSpec& port_spec, const Options& options = {})
      : sim(config),
        trace(sim, records_),
        machine(sim.probe()),
        spec(port_spec),
        arenas(trace, machine, spec, options) {
    arenas.observe(this);
  }

  // The calls so far, one line each.
  std::vector<std::string> calls() const {
    std::vector<std::string> lines;
    for (const os::TraceRecord& record : trace.records()) {
      std::array<char, os::kTraceLine> line;
      lines.emplace_back(os::format(record, line));
    }
    return lines;
  }

  void on_trial(const HintTrial& trial) override { trials.push_back(trial); }

 private:
  std::array<os::TraceRecord, 512> records_;

 public:
  os::sim::SimOs sim;
  os::TraceOs trace;
  os::Machine machine;
  port::PortSpec spec;
  ArenaSpace arenas;
  std::vector<HintTrial> trials;
};

}  // namespace Atoll::pages
