#include "bench/workloads/table.h"

#include <array>

namespace Atoll::bench {
namespace {

constexpr std::int64_t kMillion = 1'000'000;

// Name, threads, function, count, size, what.
constexpr auto kWorkloads = std::to_array<Workload>({
    {"pair-16", 1, pairs, 25 * kMillion, 16, "malloc and free of 16 bytes, in turn"},
    {"pair-64", 1, pairs, 25 * kMillion, 64, "of 64 bytes"},
    {"pair-256", 1, pairs, 25 * kMillion, 256, "of 256 bytes"},
    {"pair-1k", 1, pairs, 25 * kMillion, 1 << 10, "of 1 KiB"},
    {"pair-8k", 1, pairs, 10 * kMillion, 8 << 10, "of 8 KiB"},
    {"pair-32k", 1, pairs, 8 * kMillion, 32 << 10, "of 32 KiB"},
    {"batch-64", 1, batches, 16 * kMillion, 64, "64 blocks of 64 bytes, then free them"},
    {"batch-4k", 1, batches, kMillion / 2, 4 << 10, "64 blocks of 4 KiB, then free them"},
    {"mixed-256", 1, mixed, 10 * kMillion, 0,
     "256 live blocks of 16 B to 2 KiB, replaced at random"},
    {"fifo-100k", 1, first_in_first_out, 2 * kMillion, 0, "100,000 blocks, freed in order"},
    {"lifo-100k", 1, last_in_first_out, 2 * kMillion, 0, "100,000 blocks, freed backwards"},
    {"random-100k", 1, random_order, 1'500'000, 0, "100,000 blocks, freed at random"},
    {"churn-100k", 1, churn, kMillion, 0, "100,000 live blocks, replaced at random"},
    {"first-touch", 1, first_touch, kMillion / 10, 0, "a process's first 100,000 blocks"},
    {"refill", 1, refill, kMillion, 0, "100,000 blocks, of which nine of ten are replaced"},
    {"usable-size", 1, usable_size, 15 * kMillion, 0, "malloc_usable_size of 64 live blocks"},
    {"aligned-32", 1, aligned_pairs, 5 * kMillion, 32, "aligned_alloc and free of 32 bytes"},
    {"aligned-64", 1, aligned_pairs, 5 * kMillion, 64, "of 64 bytes"},
    {"aligned-256", 1, aligned_pairs, 5 * kMillion, 256, "of 256 bytes"},
    {"aligned-4k", 1, aligned_pairs, 3 * kMillion, 4 << 10, "of 4 KiB"},
    {"aligned-64k", 1, aligned_pairs, kMillion / 50, 64 << 10, "of 64 KiB"},
    {"calloc-16", 1, zeroed_pairs, 5 * kMillion, 16, "calloc and free of 16 bytes, in turn"},
    {"calloc-64", 1, zeroed_pairs, 5 * kMillion, 64, "of 64 bytes"},
    {"calloc-256", 1, zeroed_pairs, 5 * kMillion, 256, "of 256 bytes"},
    {"calloc-1k", 1, zeroed_pairs, 5 * kMillion, 1 << 10, "of 1 KiB"},
    {"realloc-in-place", 1, realloc_in_place, 5000, 32 << 10,
     "a buffer grows to 32 KiB by 16 bytes at a time"},
    {"realloc-small", 1, realloc_small, 1500, 0, "8 buffers grow from 16 B to 32 KiB"},
    {"realloc-large", 1, realloc_large, 4, 0, "8 buffers grow from 64 KiB to 16 MiB"},
    {"calloc-small", 1, calloc_small, 5 * kMillion, 0, "64 live blocks of 16 B to 1 KiB, cleared"},
    {"calloc-large", 1, calloc_large, 1000, 0, "8 live blocks of 64 KiB to 2 MiB, cleared"},
    {"large-touched", 1, large_touched, 2500, 0, "the same by malloc, every page written"},
    {"large-sparse", 1, large_sparse, 2500, 0, "8 live blocks of 1 to 64 MiB, a few pages written"},
    {"large-pair-64k", 1, large_pairs, kMillion, 64 << 10, "malloc and free of 64 KiB, untouched"},
    {"large-pair-128k", 1, large_pairs, kMillion, 128 << 10, "of 128 KiB"},
    {"large-pair-1m", 1, large_pairs, kMillion / 10, 1 << 20, "of 1 MiB"},
    {"large-pair-4m", 1, large_pairs, kMillion / 20, 4 << 20, "of 4 MiB"},
    {"large-pair-16m", 1, large_pairs, kMillion / 20, 16 << 20, "of 16 MiB"},
    {"large-pair-64m", 1, large_pairs, kMillion / 50, 64 << 20, "of 64 MiB"},
    {"large-written-64m", 1, large_written, 10, 64 << 20, "64 MiB, every page written, and free"},
    {"large-churn", 1, large_churn, 60, 0, "20 live blocks of 5 to 25 MiB, written, replaced"},
    {"trees", 1, trees, 2 * kMillion, 0, "binary trees built and freed, beside a long-lived one"},
    {"strings", 1, strings, 400'000, 0, "texts that grow in a hash table"},
    {"fragmentation", 1, fragmentation, 64 << 20, 0, "fill 64 MiB, free 9 of 10, fill up again"},

    {"pair-16-2t", 2, pairs, 15 * kMillion, 16, "as pair-16, in two threads"},
    {"pair-1k-2t", 2, pairs, 15 * kMillion, 1 << 10, "as pair-1k"},
    {"pair-8k-2t", 2, pairs, 10 * kMillion, 8 << 10, "as pair-8k"},
    {"batch-64-2t", 2, batches, 16 * kMillion, 64, "as batch-64"},
    {"batch-4k-2t", 2, batches, kMillion / 2, 4 << 10, "as batch-4k"},
    {"mixed-256-2t", 2, mixed, 6 * kMillion, 0, "as mixed-256"},
    {"random-100k-2t", 2, random_order, kMillion, 0, "as random-100k"},
    {"churn-100k-2t", 2, churn, kMillion, 0, "as churn-100k"},
    {"realloc-small-2t", 2, realloc_small, 1500, 0, "as realloc-small"},
    {"calloc-small-2t", 2, calloc_small, 5 * kMillion, 0, "as calloc-small"},
    {"large-touched-2t", 2, large_touched, 2000, 0, "as large-touched"},
    {"trees-2t", 2, trees, 2 * kMillion, 0, "as trees"},
    {"strings-2t", 2, strings, 400'000, 0, "as strings"},
    {"one-way", 2, one_way, 2 * kMillion, 0, "one thread allocates, the other frees"},
    {"both-ways", 2, both_ways, kMillion, 0, "two threads free what the other allocated"},
    {"larson", 2, larson, 3 * kMillion, 0, "connections served by a thread after the other"},
    {"threads", 2, thread_turnover, 6000, 0, "threads that start, use 16 blocks and end"},
    {"threads-64", 2, thread_crowds, 60, 0, "64 such threads at once, again and again"},
    {"cache-scratch", 2, cache_scratch, 200'000, 8, "small blocks given to two threads"},
    {"cache-thrash", 2, cache_thrash, 200'000, 8, "small blocks of two threads"},
});

}  // namespace

std::span<const Workload> workloads() { return kWorkloads; }

}  // namespace Atoll::bench
