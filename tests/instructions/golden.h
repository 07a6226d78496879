// The figures on record, of GCC 12 at -O2 on linux/amd64: instructions of Heap::allocate(size) and
// Heap::free(), both calls and the passing of their arguments included, and the share of what
// happens once in a batch. pairs_test prints a new table.
#pragma once

#include <array>

namespace Atoll::test {

struct GoldenPair {
  unsigned size;
  double instructions;
};

// The bound the fast path was designed for.
inline constexpr double kMostForPairOf16 = 45.0;

inline constexpr std::array<GoldenPair, 66> kGoldenPairs = {
    {{8, 43.4},     {16, 43.4},    {32, 43.4},    {48, 43.4},    {64, 43.4},    {80, 43.4},
     {96, 43.4},    {112, 43.4},   {128, 43.4},   {144, 43.4},   {160, 43.4},   {176, 43.4},
     {192, 43.4},   {208, 43.7},   {224, 43.7},   {240, 43.7},   {256, 43.7},   {288, 43.7},
     {320, 43.7},   {352, 44.2},   {384, 44.0},   {416, 44.0},   {448, 44.0},   {480, 44.3},
     {512, 44.5},   {576, 44.3},   {640, 44.6},   {704, 44.6},   {768, 45.1},   {896, 45.3},
     {1024, 45.8},  {1152, 55.6},  {1280, 55.8},  {1408, 55.6},  {1536, 55.6},  {1792, 55.8},
     {2048, 55.6},  {2304, 55.8},  {2688, 55.6},  {3072, 55.8},  {3200, 55.6},  {3456, 55.8},
     {4096, 55.8},  {4864, 55.6},  {5376, 55.8},  {6144, 55.6},  {6528, 55.8},  {6784, 55.6},
     {6912, 55.8},  {8192, 55.6},  {9472, 55.6},  {9728, 55.8},  {10240, 55.6}, {10880, 55.8},
     {12288, 55.6}, {13568, 55.8}, {14336, 55.6}, {16384, 55.8}, {18432, 55.8}, {19072, 55.6},
     {20480, 55.8}, {21760, 55.6}, {24576, 55.8}, {27264, 55.6}, {28672, 55.8}, {32768, 55.6}}};

// The same of malloc() and free() in the preloaded library, with the loop around them and the ways
// from one library to another; preloaded_test prints a new table.
inline constexpr std::array<GoldenPair, 6> kGoldenPreloaded = {
    {{8, 41.4}, {16, 41.4}, {64, 41.4}, {1024, 43.6}, {8192, 49.8}, {32768, 49.6}}};
static_assert(kGoldenPreloaded[1].size == 16 &&
              kGoldenPreloaded[1].instructions <= kMostForPairOf16);

// The same of blocks that are too long for a list: of up to 128 KiB, which the thread has for
// itself, and longer ones, which other threads may take.
inline constexpr std::array<GoldenPair, 3> kGoldenLarge = {
    {{65'536, 82.1}, {1'000'000, 153.1}, {64'000'000, 153.1}}};

// The same of realloc() where the block stays in its place, of a small block and of a large one.
inline constexpr std::array<GoldenPair, 2> kGoldenReallocated = {{{1000, 36.1}, {1'000'000, 94.1}}};

// The same of malloc_usable_size().
inline constexpr std::array<GoldenPair, 2> kGoldenUsableSizes = {{{16, 23.2}, {20000, 23.2}}};

// The same of aligned_alloc() and free(), at multiples of 16, 256 and 4096.
inline constexpr std::array<GoldenPair, 3> kGoldenAligned = {
    {{100, 51.4}, {300, 52.4}, {4096, 64.6}}};

// What calloc() takes beyond malloc() and the clearing of the block. The test measures the clearing
// with another block, and a different place in memory can change it by some instructions.
inline constexpr std::array<GoldenPair, 3> kGoldenZeroed = {{{16, 4.0}, {64, 4.0}, {1024, 6.0}}};

}  // namespace Atoll::test
