// A system that refuses every call in turn, for tests of how a heap handles that.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "os/decorators/fault_injection.h"
#include "tests/heap/ledger_os.h"
#include "tests/heap/refused_returns.h"
#include "tests/heap/workload.h"

namespace Atoll::test {

enum class Refuses : bool { kOnce, kFromThenOn };

struct Refusal {
  Refuses refuses = Refuses::kOnce;
  os::VerbSet verbs = os::VerbSet::all();
};

// Runs one life of a heap whose system refuses the kth call. Returns false if it made fewer than k
// calls.
inline bool live_with_refusal(os::Os& system, const HeapOptions& options, const Refusal& refusal,
                              std::uint32_t k) {
  LedgerOs ledger(system);
  os::FaultInjectionOs faults(ledger);
  RefusedReturns returns(static_cast<os::Os&>(faults));
  const auto text = [](const Line& line) { return std::string(line.view()); };
  faults.only(refusal.verbs);
  bool was_refused = false;
  {
    Heap heap;
    if (refusal.refuses == Refuses::kOnce) {
      faults.fail_call(k);
    } else {
      faults.fail_from_call(k);
    }
    const std::string why = text(heap.init(returns, options));
    if (why.empty()) {
      Workload work(heap);
      const bool is_complete = work.run();
      EXPECT_EQ(work.failure(), "");
      EXPECT_TRUE(is_complete || faults.failed_calls() != 0) << text(heap.last_failure());
      EXPECT_EQ(text(heap.check()), "") << "while the system refuses";
    } else {
      EXPECT_NE(faults.failed_calls(), 0U) << why;
      EXPECT_FALSE(heap.is_initialised());
      EXPECT_LE(ledger.bytes_held(), returns.bytes()) << "init() left something behind: " << why;
    }
    was_refused = faults.failed_calls() != 0;

    faults.fail_nothing();
    if (!heap.is_initialised()) {
      EXPECT_EQ(text(heap.init(returns, options)), "");
    }
    Workload work(heap);
    EXPECT_TRUE(work.run()) << "the system refuses no more: " << text(heap.last_failure());
    EXPECT_EQ(work.failure(), "");
    EXPECT_EQ(text(heap.check()), "");
    const Statistics statistics = heap.statistics();
    EXPECT_EQ(statistics.heap_objects, 0U);
    EXPECT_EQ(statistics.stack_in_use, 0U);
  }
  EXPECT_LE(ledger.bytes_held(), returns.bytes()) << "the heap's end left something behind";
  return was_refused;
}

// Refuses every `step`th call in turn, until the heap makes no more. Returns the number of calls.
inline std::uint32_t live_with_every_refusal(os::Os& system, const HeapOptions& options,
                                             const Refusal& refusal, std::uint32_t step = 1) {
  std::uint32_t k = 1;
  while (live_with_refusal(system, options, refusal, k)) {
    if (testing::Test::HasFailure()) {
      ADD_FAILURE() << "call " << k << " was refused";
      break;
    }
    k += step;
  }
  testing::Test::RecordProperty("calls", std::to_string(k - 1));
  return k - 1;
}

}  // namespace Atoll::test
