/* The traces: how much a heap can hold in so much RAM, and what its calls cost.
 *
 * They fill every block with a pattern, and check it before they free the block. The RAM includes
 * the heap's variables. Arguments, NAME=NUMBER each:
 *
 *   ram       bytes
 *   test      which trace; see below
 *   mix       0: 8 to 512 bytes, small ones more often; 1: 16 to 1,024, each as often
 *   seeds     how many
 *   requests  how many, of each seed
 *   percent   of the RAM, for kTime
 */
#include <stdbool.h>
#include <stdint.h>

#include "bench/firmware/board.h"
#include "bench/firmware/heap.h"

enum { kMostBlocks = 40000 };

/* The traces, numbered as in firmware.py. A plugin counts the instructions of the last three. */
enum {
  kRoomFor24 = 1, /* prints how many blocks of 24 bytes there is room for */
  kDrift,         /* the live set grows; prints the live bytes at the first failure */
  kSustain,       /* prints the largest live set that survives, in thousandths of the RAM */
  kTime,          /* the live set stays at `percent` of the RAM */
  kHunt,          /* among as many free spans of different lengths as there can be */
  kFruitless      /* among as many free spans of 136 bytes as there can be, for 152 bytes */
};

typedef struct Block {
  uint8_t* bytes;
  uint32_t size;
  uint8_t stamp;
} Block;

static Block blocks[kMostBlocks];
static uint32_t live_blocks, live_bytes, damaged, stamps;
static uint32_t ram, mix;

static void print_number(uint32_t value) {
  char digits[12];
  char* text = digits + sizeof digits;
  *--text = 0;
  do {
    *--text = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  board_print(text);
  board_print("\n");
}

/* --- Chance: xorshift. --- */

static uint32_t state;

static uint32_t chance(void) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static uint32_t below(uint32_t limit) { return (uint32_t)((uint64_t)chance() * limit >> 32); }

static uint32_t any_size(void) {
  if (mix == 1) return 16 + below(1009);
  const uint32_t percent = below(100);
  if (percent < 50) return 8 + below(25);
  if (percent < 75) return 33 + below(32);
  if (percent < 90) return 65 + below(64);
  if (percent < 97) return 129 + below(128);
  return 257 + below(256);
}

/* --- Calls whose instructions the plugin counts, from the call to the return. --- */

#define COUNTED(name, target)                                                              \
  __attribute__((naked, noinline)) static void* name(void* p) {                            \
    __asm__ volatile("push {r4, lr}\n.global begin_" #name "\nbegin_" #name ": bl " target \
                     "\n.global end_" #name "\nend_" #name ": pop {r4, pc}");              \
  }
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wreturn-type"
COUNTED(counted_malloc, "heap_malloc")
COUNTED(counted_free, "heap_free")

/* --- The live set. --- */

static bool add(uint32_t size) {
  uint8_t* const bytes = counted_malloc((void*)(uintptr_t)size);
  if (bytes == NULL) return false;
  if (bytes < (uint8_t*)board_ram || bytes + size > (uint8_t*)board_ram + ram) ++damaged;
  const uint8_t stamp = (uint8_t)++stamps;
  for (uint32_t k = 0; k < size; ++k) bytes[k] = (uint8_t)(stamp + k * 7);
  blocks[live_blocks++] = (Block){bytes, size, stamp};
  live_bytes += size;
  return true;
}

static void drop(uint32_t number) {
  const Block block = blocks[number];
  for (uint32_t k = 0; k < block.size; ++k) {
    if (block.bytes[k] != (uint8_t)(block.stamp + k * 7)) {
      ++damaged;
      break;
    }
  }
  counted_free(block.bytes);
  live_bytes -= block.size;
  blocks[number] = blocks[--live_blocks];
}

static void begin(uint32_t seed) {
  board_reset_variables();
  const size_t size = (ram - board_variables()) & ~(size_t)7;
  for (size_t k = 0; k < size; ++k) board_ram[k] = (char)0xa5;
  heap_begin(board_ram, size);
  live_blocks = live_bytes = stamps = 0;
  state = seed * 2654435761U + 12345;
  for (int k = 0; k < 8; ++k) chance();
}

static uint32_t drift(uint32_t seed) {
  begin(seed);
  for (;;) {
    if (live_blocks == 0 || below(100) < 55) {
      if (!add(any_size())) return live_bytes;
    } else {
      drop(below(live_blocks));
    }
  }
}

/* False: there was no memory for one of the requests. */
static bool survives(uint32_t seed, uint32_t limit, uint32_t requests) {
  begin(seed);
  for (uint32_t k = 0; k < requests; ++k) {
    const uint32_t size = any_size();
    if (live_bytes + size > limit) {
      drop(below(live_blocks));
    } else if (!add(size)) {
      return false;
    }
  }
  return true;
}

static uint32_t of_ram(uint32_t thousandths) {
  return (uint32_t)((uint64_t)ram * thousandths / 1000);
}

static uint32_t sustained(uint32_t seed, uint32_t requests) {
  uint32_t low = 0;
  uint32_t high = 1000;
  while (high - low > 2) {
    const uint32_t middle = (low + high) / 2;
    if (survives(seed, of_ram(middle), requests)) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

static void hunt(uint32_t seed, uint32_t requests) {
  begin(seed);
  for (uint32_t size = 264; add(size) && add(16); size += 8) {
  }
  for (uint32_t k = live_blocks; k-- != 0;) {
    if (blocks[k].size > 16) drop(k);
  }
  for (uint32_t k = 0; k < requests; ++k) {
    const uint32_t few = live_blocks;
    while (live_blocks < few + 4 && add(8 + below(1200))) {
    }
    while (live_blocks > few) drop(few + below(live_blocks - few));
  }
}

static void search_in_vain(uint32_t seed) {
  begin(seed);
  while (add(136) && add(16)) {
  }
  for (uint32_t k = live_blocks; k-- != 0;) {
    if (blocks[k].size > 16) drop(k);
  }
  while (add(152)) {
  }
}

/* --- Arguments. --- */

static char arguments[256];

static uint32_t argument(const char* name) {
  for (const char* at = arguments; *at != 0; ++at) {
    size_t k = 0;
    while (name[k] != 0 && at[k] == name[k]) ++k;
    if (name[k] != 0 || at[k] != '=') continue;
    uint32_t value = 0;
    for (at += k + 1; *at >= '0' && *at <= '9'; ++at) value = value * 10 + (uint32_t)(*at - '0');
    return value;
  }
  return 0;
}

static void run(uint32_t test, uint32_t seed, uint32_t requests) {
  switch (test) {
    case kRoomFor24:
      begin(seed);
      while (add(24)) {
      }
      print_number(live_blocks);
      break;
    case kDrift:
      print_number(drift(seed));
      break;
    case kSustain:
      print_number(sustained(seed, requests));
      break;
    case kTime:
      if (!survives(seed, of_ram(argument("percent") * 10), requests)) board_print("no memory\n");
      break;
    case kHunt:
      hunt(seed, requests);
      break;
    case kFruitless:
      search_in_vain(seed);
      break;
    default:
      board_print("no such test\n");
      board_exit();
  }
}

int main(void) {
  board_arguments(arguments, sizeof arguments);
  ram = argument("ram");
  mix = argument("mix");
  const uint32_t test = argument("test");
  const uint32_t requests = argument("requests");
  for (uint32_t seed = 1; seed <= argument("seeds"); ++seed) run(test, seed, requests);
  board_print(damaged == 0 ? "done\n" : "damaged\n");
  return 0;
}
