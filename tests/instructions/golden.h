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
     {320, 43.7},   {352, 44.0},   {384, 44.0},   {416, 44.0},   {448, 44.0},   {480, 44.4},
     {512, 44.4},   {576, 44.4},   {640, 44.7},   {704, 44.7},   {768, 45.0},   {896, 45.4},
     {1024, 45.7},  {1152, 55.0},  {1280, 55.4},  {1408, 55.7},  {1536, 56.0},  {1792, 56.4},
     {2048, 57.0},  {2304, 57.7},  {2688, 58.7},  {3072, 59.7},  {3200, 59.7},  {3456, 60.7},
     {4096, 61.3},  {4864, 64.3},  {5376, 64.3},  {6144, 66.3},  {6528, 66.3},  {6784, 69.0},
     {6912, 69.0},  {8192, 69.0},  {9472, 73.3},  {9728, 73.3},  {10240, 73.3}, {10880, 73.3},
     {12288, 80.3}, {13568, 80.3}, {14336, 80.3}, {16384, 80.3}, {18432, 80.3}, {19072, 80.3},
     {20480, 80.3}, {21760, 80.3}, {24576, 80.3}, {27264, 80.3}, {28672, 80.3}, {32768, 80.3}}};

}  // namespace Atoll::test
