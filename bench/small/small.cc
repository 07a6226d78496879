// The cost of single calls, with the malloc that the process has, and Google Benchmark's flags:
//   LD_PRELOAD=.../libatoll.so small --benchmark_filter=malloc_free --benchmark_repetitions=5

#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>
#include <new>

namespace {

std::size_t size_of(const benchmark::State& state) {
  return static_cast<std::size_t>(state.range(0));
}

// The block is written to, as by any user.
void use(void* block) {
  *static_cast<char*>(block) = 1;
  benchmark::DoNotOptimize(block);
  benchmark::ClobberMemory();
}

void malloc_free(benchmark::State& state) {
  const std::size_t size = size_of(state);
  for ([[maybe_unused]] auto _ : state) {
    void* const block = std::malloc(size);
    use(block);
    std::free(block);
  }
}

void calloc_free(benchmark::State& state) {
  const std::size_t size = size_of(state);
  for ([[maybe_unused]] auto _ : state) {
    void* const block = std::calloc(1, size);
    use(block);
    std::free(block);
  }
}

void new_delete(benchmark::State& state) {
  const std::size_t size = size_of(state);
  for ([[maybe_unused]] auto _ : state) {
    void* const block = ::operator new(size);
    use(block);
    ::operator delete(block);
  }
}

void new_sized_delete(benchmark::State& state) {
  const std::size_t size = size_of(state);
  for ([[maybe_unused]] auto _ : state) {
    void* const block = ::operator new(size);
    use(block);
    ::operator delete(block, size);
  }
}

void new_aligned_delete(benchmark::State& state) {
  const std::size_t size = size_of(state);
  constexpr std::align_val_t kAlignment{64};
  for ([[maybe_unused]] auto _ : state) {
    void* const block = ::operator new(size, kAlignment);
    use(block);
    ::operator delete(block, kAlignment);
  }
}

// An iteration is 64 blocks.
void malloc_free_batch(benchmark::State& state) {
  const std::size_t size = size_of(state);
  std::array<void*, 64> blocks{};
  for ([[maybe_unused]] auto _ : state) {
    for (void*& block : blocks) {
      block = std::malloc(size);
      use(block);
    }
    for (void* const block : blocks) std::free(block);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(blocks.size()));
}

// From 16 bytes on, doubled until the size is reached.
void realloc_doubling(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) {
    void* block = nullptr;
    for (std::size_t size = 16; size <= size_of(state); size *= 2) {
      block = std::realloc(block, size);
      use(block);
    }
    std::free(block);
  }
}

void sizes(benchmark::internal::Benchmark* of) { of->RangeMultiplier(4)->Range(16, 1 << 20); }

void sizes_and_threads(benchmark::internal::Benchmark* of) {
  sizes(of);
  of->ThreadRange(1, 2)->UseRealTime();
}

}  // namespace

BENCHMARK(malloc_free)->Apply(sizes_and_threads);
BENCHMARK(malloc_free_batch)->Apply(sizes_and_threads);
BENCHMARK(calloc_free)->Apply(sizes);
BENCHMARK(new_delete)->Apply(sizes);
BENCHMARK(new_sized_delete)->Apply(sizes);
BENCHMARK(new_aligned_delete)->Apply(sizes);
BENCHMARK(realloc_doubling)->Arg(1 << 10)->Arg(32 << 10)->Arg(1 << 20);
