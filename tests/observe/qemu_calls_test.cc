// Lines of QEMU's own log, as it wrote them for small programs of Go 1.19.

#include "tools/atoll/observe/watch/qemu_calls.h"

#include <gtest/gtest.h>

#include <sstream>

namespace Atoll::observe {
namespace {

TEST(QemuCalls, ReadsWhatIsAboutMemory) {
  std::istringstream log(
      "13155 mmap2(NULL,12288,PROT_NONE,MAP_PRIVATE|MAP_ANONYMOUS,-1,0) = 0x40842000\n"
      "13155 mmap2(0x40842000,12288,PROT_READ|PROT_WRITE,MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED,-1,0)"
      " = 0x40842000\n"
      "13155 mmap2(NULL,4096,PROT_READ,MAP_PRIVATE,3,0) = 0x40843000\n"
      "13155 brk(NULL) = 0x0015a000\n"
      "13155 mmap2(0x00400000,541065216,PROT_NONE,MAP_PRIVATE|MAP_ANONYMOUS,-1,0) = -1 errno=12 "
      "(Cannot allocate memory)\n"
      "13155 munmap(0x00400000,4194304) = 0\n"
      "13155 rt_sigaction(1,0x408007f8,NULL) = 0\n"
      "nonsense) = (\n"
      "13155 mmap2(\n"
      "13155 clone(CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD|CLONE_SYSVSEM,"
      "child_stack=0x0043dff0,parent_tidptr=0x00000000,tls=0x00000000) = 13157\n"
      "13155 brk(NULL) = 0x0015a000\n");
  const Watched watched = read_qemu_calls(log);
  std::string texts;
  for (const Call& call : watched.calls) texts += text_of(call) + '\n';
  EXPECT_EQ(texts,
            "map(0x0, 12288, none) -> 0x40842000\n"
            "map(0x40842000, 12288, accessible, fixed) -> 0x40842000\n"
            "break(0x0) -> 0x15a000\n"
            "map(0x400000, 541065216, none) failed: errno=12 (Cannot allocate memory)\n"
            "unmap(0x400000, 4194304)\n"
            "thread(stack 0x43dff0)\n");
  EXPECT_TRUE(watched.heap_stands);
}

TEST(QemuCalls, TellsThatNoThreadBegan) {
  std::istringstream log("1 clone(SIGCHLD,child_stack=0x0) = 2\n");
  EXPECT_FALSE(read_qemu_calls(log).heap_stands);
  std::istringstream nothing;
  EXPECT_TRUE(read_qemu_calls(nothing).calls.empty());
}

}  // namespace
}  // namespace Atoll::observe
