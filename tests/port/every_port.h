// Calls a test's function with every port of every release, the race detector's among them.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "src/port/spec.h"

namespace Atoll::port {

inline std::string describe(const Port& port) {
  return std::string(name(port.release)) + " " + std::string(name(port.goos)) + "/" +
         std::string(name(port.goarch)) + (port.race ? " race" : "");
}

template <typename Function>
void for_every_port(Function function) {
  for (const Release release : kReleases) {
    for (const PortRow& row : all_ports()) {
      for (const bool race : {false, true}) {
        const Port port{release, row.goos, row.goarch, race};
        if (!exists(port)) continue;
        SCOPED_TRACE(describe(port));
        function(spec(port));
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }
}

}  // namespace Atoll::port
