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
    {{8, 43.3},     {16, 43.3},    {32, 43.3},    {48, 43.3},    {64, 43.3},    {80, 43.3},
     {96, 43.3},    {112, 43.3},   {128, 43.3},   {144, 43.3},   {160, 43.4},   {176, 43.4},
     {192, 43.5},   {208, 43.5},   {224, 43.6},   {240, 43.6},   {256, 43.7},   {288, 43.8},
     {320, 43.8},   {352, 43.9},   {384, 44.0},   {416, 44.1},   {448, 44.2},   {480, 44.3},
     {512, 44.3},   {576, 44.5},   {640, 44.7},   {704, 44.8},   {768, 45.0},   {896, 45.3},
     {1024, 45.6},  {1152, 54.9},  {1280, 55.2},  {1408, 55.6},  {1536, 55.9},  {1792, 56.5},
     {2048, 57.0},  {2304, 57.7},  {2688, 58.6},  {3072, 59.7},  {3200, 59.7},  {3456, 60.5},
     {4096, 61.5},  {4864, 64.1},  {5376, 64.1},  {6144, 66.2},  {6528, 66.2},  {6784, 69.0},
     {6912, 69.0},  {8192, 69.0},  {9472, 73.3},  {9728, 73.3},  {10240, 73.3}, {10880, 73.3},
     {12288, 80.3}, {13568, 80.3}, {14336, 80.3}, {16384, 80.3}, {18432, 80.3}, {19072, 80.3},
     {20480, 80.3}, {21760, 80.3}, {24576, 80.3}, {27264, 80.3}, {28672, 80.3}, {32768, 80.3}}};

}  // namespace Atoll::test
