#include "src/malloc/darwin/thread_locals.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "os/darwin/system.h"
#include "os/os.h"

namespace Atoll::darwin {
namespace {

extern "C" void* thread_value(unsigned long key) __asm("_pthread_getspecific");

constexpr std::size_t kBlockSize = 16384;  // a page of arm64
constexpr std::size_t kMostVariables = 16;

struct Block {
  unsigned rounds;
  bool is_there[kMostVariables];
  alignas(64) char room[kBlockSize - 64];
};
static_assert(sizeof(Block) == kBlockSize);

struct Layout {
  std::atomic<std::uint32_t> is_busy{0};
  std::atomic<bool> has_key{false};
  unsigned long key = 0;
  std::size_t variables = 0;
  std::size_t room_used = 0;
  std::size_t places[kMostVariables] = {};
};

constinit Layout layout;

class LayoutLock {
 public:
  LayoutLock() {
    while (layout.is_busy.exchange(1, std::memory_order_acquire) != 0) os::native().yield();
  }
  ~LayoutLock() { layout.is_busy.store(0, std::memory_order_release); }
  LayoutLock(const LayoutLock&) = delete;
  LayoutLock& operator=(const LayoutLock&) = delete;
};

[[noreturn]] void die(std::string_view why) {
  os::native().write(why);
  for (;;) os::native().abort();
}

// The system calls this when a thread ends, in rounds as long as there are values. Other functions
// that it calls then need their thread-locals, so this one frees the page in the last of four
// rounds.
void end_thread(void* p) {
  auto* const block = static_cast<Block*>(p);
  if (++block->rounds < 4) {
    os::darwin::set_thread_value(layout.key, block);
  } else {
    static_cast<void>(os::native().free(Address::of(block), kBlockSize));
  }
}

void make_key() {
  const LayoutLock lock;
  if (layout.has_key.load(std::memory_order_relaxed)) return;
  if (os::darwin::make_thread_key(&layout.key, end_thread) != 0) die("atoll: no thread key\n");
  layout.has_key.store(true, std::memory_order_release);
}

Block& this_block() {
  if (!layout.has_key.load(std::memory_order_acquire)) make_key();
  if (void* const block = thread_value(layout.key); block != nullptr) {
    return *static_cast<Block*>(block);
  }
  const os::Allocation page = os::native().alloc(kBlockSize);
  if (!page.ok() || os::darwin::set_thread_value(layout.key, page.base.pointer()) != 0) {
    die("atoll: no memory for a thread\n");
  }
  return *static_cast<Block*>(page.base.pointer());
}

std::uintptr_t number_of(ThreadLocal& variable) {
  std::uintptr_t number = variable.number.load(std::memory_order_acquire);
  if (number != 0) return number;
  const LayoutLock lock;
  number = variable.number.load(std::memory_order_relaxed);
  if (number != 0) return number;
  const std::size_t place = (layout.room_used + variable.alignment - 1) & ~(variable.alignment - 1);
  if (layout.variables == kMostVariables || variable.alignment > 64 ||
      place + variable.size > sizeof(Block::room)) {
    die("atoll: too many thread-locals\n");
  }
  layout.places[layout.variables] = place;
  layout.room_used = place + variable.size;
  number = ++layout.variables;
  variable.number.store(number, std::memory_order_release);
  return number;
}

}  // namespace

void* address_of(ThreadLocal& variable) {
  const std::size_t i = number_of(variable) - 1;
  Block& block = this_block();
  char* const value = block.room + layout.places[i];
  if (!block.is_there[i]) {
    // A page from the system is zero.
    if (variable.first_value != nullptr) {
      std::memcpy(value, variable.first_value, variable.size);
    }
    block.is_there[i] = true;
  }
  return value;
}

}  // namespace Atoll::darwin
