#include "os/wasm/wasm_os.h"

#include <unistd.h>

#include <cstddef>

#include "os/backend/posix_clock.h"

#ifdef ATOLL_HOST_JS
extern "C" __attribute__((import_module("atoll"), import_name("memory_grown"))) void
atoll_memory_grown();
#else
namespace {
void atoll_memory_grown() {}
}  // namespace
#endif

namespace Atoll::os {
namespace {

constinit LinearMemory linear_memory;
constinit WasmOs wasm_os(linear_memory);

constexpr int kMemory = 0;  // the first memory, and the only one

constexpr std::uint32_t kAddressBits = sizeof(void*) == 8 ? 34 : 32;

}  // namespace

Os& native() { return wasm_os; }

Address LinearMemory::end() {
  return Address(std::uint64_t{__builtin_wasm_memory_size(kMemory)} * kPageSize);
}

Address LinearMemory::grow(std::uint64_t size) {
  constexpr std::size_t kFailed = static_cast<std::size_t>(-1);
  const std::uint64_t pages = size / kPageSize;
  if (pages >= kFailed) return Address();
  const std::size_t before = __builtin_wasm_memory_grow(kMemory, static_cast<std::size_t>(pages));
  if (before == kFailed) return Address();
  atoll_memory_grown();
  return Address(std::uint64_t{before} * kPageSize);
}

Machine WasmOs::probe() {
  Machine machine = probe_segment();
  machine.address_bits = kAddressBits;
  return machine;
}

void WasmOs::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

void WasmOs::abort() { __builtin_trap(); }

std::uint64_t WasmOs::monotonic_nanoseconds() { return posix_monotonic_nanoseconds(); }

std::uint64_t WasmOs::random_seed() {
  std::uint64_t seed = 0;
  if (::getentropy(&seed, sizeof seed) == 0) return seed;
  return monotonic_nanoseconds() * 0x9e3779b97f4a7c15;
}

void WasmOs::park(const std::atomic<std::uint32_t>&, std::uint32_t) {}

void WasmOs::unpark(const std::atomic<std::uint32_t>&, std::uint32_t) {}

void WasmOs::yield() {}

bool WasmOs::at_thread_exit(ThreadExitFunction, void*) { return false; }

}  // namespace Atoll::os
