// The signal's handler only wakes a thread, which does nothing else: a report takes the heap's
// locks, any of which the interrupted thread may hold, and a program that does nothing gets its
// report, too.
//
// It uses no file descriptor for that, because programs close descriptors that they do not know.

#include "src/malloc/elf/report_signal.h"

#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

#include "src/malloc/elf/report_files.h"
#include "src/malloc/process_heap.h"

namespace Atoll {
namespace {

// Twice the stack that a report needs, and the part that the C library uses.
constexpr std::size_t kStackSize = std::size_t{256} << 10;

constinit sem_t is_wanted = {};
// The last signal that asked for a report, and whether it ends the process afterwards.
constinit std::atomic<int> asked_by{0};

struct Known {
  ReportSignals bit;
  int number;
  bool ends;
};
constexpr std::array<Known, 5> kKnown = {{{kReportUsr1, SIGUSR1, false},
                                          {kReportUsr2, SIGUSR2, false},
                                          {kReportHup, SIGHUP, true},
                                          {kReportInt, SIGINT, true},
                                          {kReportTerm, SIGTERM, true}}};

void on_signal(int number) {
  const int before = errno;
  asked_by.store(number, std::memory_order_relaxed);
  (void)::sem_post(&is_wanted);
  errno = before;
}

// Ends the process as the signal would have.
void end_by(int number) {
  struct sigaction usual = {};
  usual.sa_handler = SIG_DFL;
  (void)::sigaction(number, &usual, nullptr);
  (void)::kill(::getpid(), number);
}

void* report_for_ever(void* /*unused*/) {
  for (;;) {
    if (::sem_wait(&is_wanted) != 0) continue;
    const int number = asked_by.load(std::memory_order_relaxed);
    write_reports(*process_options());
    for (const Known& known : kKnown) {
      if (known.number == number && known.ends) end_by(number);
    }
  }
  return nullptr;
}

// The thread blocks all signals: they are for the program's threads.
void begin_thread() {
  if (::sem_init(&is_wanted, 0, 0) != 0) return;
  sigset_t all;
  sigset_t before;
  (void)::sigfillset(&all);
  (void)::pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_t attributes;
  if (::pthread_attr_init(&attributes) == 0) {
    (void)::pthread_attr_setstacksize(&attributes, kStackSize);
    (void)::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread{};
    (void)::pthread_create(&thread, &attributes, &report_for_ever, nullptr);
    (void)::pthread_attr_destroy(&attributes);
  }
  (void)::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace

[[gnu::cold]] void watch_for_report_signals(const ProcessOptions& options) {
  if (options.report_signals == 0) return;
  begin_thread();
  // A child has none of its parent's threads.
  (void)::pthread_atfork(nullptr, nullptr, &begin_thread);
  struct sigaction action = {};
  action.sa_handler = &on_signal;
  action.sa_flags = SA_RESTART;
  (void)::sigfillset(&action.sa_mask);
  for (const Known& known : kKnown) {
    if ((options.report_signals & known.bit) != 0)
      (void)::sigaction(known.number, &action, nullptr);
  }
}

}  // namespace Atoll
