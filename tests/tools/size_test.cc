// `atoll size`: the least buffer that serves a trace, found again here without the command.

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "src/fixed/fixed_heap.h"
#include "tests/tools/command.h"

namespace Atoll {
namespace {

struct Block {
  std::size_t size;
  std::optional<std::size_t> lifetime;
};

std::string write(const std::string& name, const std::string& text) {
  std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string csv(const std::vector<Block>& blocks) {
  std::string text = "size,lifetime\n";
  for (const Block& block : blocks) {
    text += std::to_string(block.size) + "," +
            (block.lifetime ? std::to_string(*block.lifetime) : "") + "\n";
  }
  return text;
}

std::vector<Block> random_trace(std::size_t most_size) {
  std::mt19937 random(1);  // NOLINT: always the same
  std::vector<Block> blocks;
  for (int i = 0; i < 2000; ++i) {
    blocks.push_back({1 + random() % most_size, random() % 200});
    if (i % 100 == 0) blocks.back().lifetime.reset();
  }
  return blocks;
}

template <typename Heap>
bool serves(const std::vector<Block>& blocks, std::size_t ram) {
  std::vector<std::uint64_t> buffer(ram / 8);
  Heap* const heap = Heap::make(buffer.data(), ram);
  if (heap == nullptr) return false;
  std::multimap<std::size_t, void*> ends;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    for (; !ends.empty() && ends.begin()->first <= i; ends.erase(ends.begin())) {
      heap->free(ends.begin()->second);
    }
    void* const p = heap->allocate(blocks[i].size);
    if (p == nullptr) return false;
    if (blocks[i].lifetime) ends.emplace(i + *blocks[i].lifetime + 1, p);
  }
  return true;
}

TEST(Size, IsTheLeastThatServes) {
  const std::vector<Block> blocks = random_trace(400);
  const Json answer = ask("size " + write("trace.csv", csv(blocks)));
  EXPECT_EQ(answer.at("blocks"), blocks.size());
  EXPECT_EQ(answer.at("indexBits"), 16);
  const std::size_t least = answer.at("leastRam");
  EXPECT_GT(least, answer.at("maxLive").get<std::size_t>());
  EXPECT_FALSE(serves<FixedHeap>(blocks, least - 8));
  for (std::size_t more = 0; more < 256; more += 8) {
    EXPECT_TRUE(serves<FixedHeap>(blocks, least + more)) << least << " and " << more;
  }
}

TEST(Size, OfALargeTraceNeedsLargeIndices) {
  const std::vector<Block> blocks = random_trace(20'000);
  const Json answer = ask("size " + write("large.csv", csv(blocks)));
  EXPECT_EQ(answer.at("indexBits"), 32);
  const std::size_t least = answer.at("leastRam");
  EXPECT_TRUE(serves<LargeFixedHeap>(blocks, least));
  EXPECT_FALSE(serves<LargeFixedHeap>(blocks, least - 8));
}

TEST(Size, CountsWhatIsLive) {
  // The second block begins where the first one was freed; the third and the second live together.
  const Json answer =
      ask("size " + write("live.csv", "100,0\r\n\r\n# two of them\n 40 , 1\n60,\n"));
  EXPECT_EQ(answer.at("blocks"), 3);
  EXPECT_EQ(answer.at("maxLive"), 100);
  EXPECT_EQ(answer.at("maxLiveBlocks"), 2);
}

TEST(Size, TellsTheMargin) {
  const std::string path = write("margin.csv", csv(random_trace(400)));
  const Json answer = ask("size " + path);
  const std::size_t least = answer.at("leastRam");
  const std::size_t with_margin = answer.at("withMargin");
  EXPECT_GE(with_margin, least * 11 / 10);
  EXPECT_LT(with_margin, least * 11 / 10 + 16);
  EXPECT_TRUE(answer.at("ram").is_null());
  EXPECT_TRUE(answer.at("fits").is_null());
  const Json fits = ask("size " + path + " --ram 1MiB");
  EXPECT_EQ(fits.at("ram"), 1 << 20);
  EXPECT_EQ(fits.at("fits"), true);
}

TEST(Size, OfARamThatFailsIsAFailedCheck) {
  const std::string path = write("fails.csv", csv(random_trace(400)));
  const Outcome outcome = run("size " + path + " --ram 1000");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err, "");
  EXPECT_NE(outcome.out.find("a request fails"), std::string::npos) << outcome.out;
}

TEST(Size, RefusesBadTracesInOneLine) {
  const std::string hint =
      "each line is one, as '24,3': its size, and how many blocks are "
      "allocated before it is freed";
  const std::string no_size = "a size is a number from 1 to 1073741824";
  const std::map<std::string, std::string> messages = {
      {"", "'@' has no block; " + hint},
      {"size,lifetime\n", "'@' has no block; " + hint},
      {"24,1\n24\n", "@:2: '24': a line is 'size,lifetime'"},
      {"24,1\nsize,lifetime\n", "@:2: 'size,lifetime': " + no_size},
      {"0,1\n", "@:1: '0,1': " + no_size},
      {"-8,1\n", "@:1: '-8,1': " + no_size},
      {"1073741825,1\n", "@:1: '1073741825,1': " + no_size},
      {"99999999999999999999,1", "@:1: '99999999999999999999,1': " + no_size},
      {std::string("\0\xff,1\n", 5), "@:1: '??,1': " + no_size},
      {"24,x\n",
       "@:1: '24,x': a lifetime is a number of blocks, or empty if the block is never freed"},
      {"24,1,2\n",
       "@:1: '24,1,2': a lifetime is a number of blocks, or empty if the block is never freed"},
      {"600000000,\n600000000,\n", "'@' needs more than 1 GiB"},
  };
  for (const auto& [text, message] : messages) {
    const std::string path = write("bad.csv", text);
    const Outcome outcome = run("size " + path);
    std::string expected = message;
    expected.replace(expected.find('@'), 1, path);
    EXPECT_EQ(outcome.exit_code, 2) << text;
    EXPECT_EQ(outcome.out, "") << text;
    EXPECT_EQ(outcome.err, "atoll: " + expected + "\n");
  }
}

TEST(Size, RefusesBadCallsInOneLine) {
  const std::string path = write("good.csv", "24,1\n");
  const std::map<std::string, std::string> messages = {
      {"", "'size' needs a trace, as in 'atoll size trace.csv'"},
      {" no_such_file", "cannot read 'no_such_file': No such file or directory"},
      {" /tmp", "cannot read '/tmp': Is a directory"},
      {" " + path + " extra", "unexpected argument 'extra'; see 'atoll size --help'"},
      {" " + path + " --ram 0", "--ram '0' is no size up to 1024 MiB, as 65536 or 64KiB"},
      {" " + path + " --ram 1025MiB",
       "--ram '1025MiB' is no size up to 1024 MiB, as 65536 or 64KiB"},
      {" " + path + " --ram 8k", "--ram '8k' is no size up to 1024 MiB, as 65536 or 64KiB"},
      {" " + path + " --goos linux",
       "'size' depends on no port: --go, --goos, --goarch and --race have no meaning"},
  };
  for (const auto& [arguments, message] : messages) {
    const Outcome outcome = run("size" + arguments);
    EXPECT_EQ(outcome.exit_code, 2) << arguments;
    EXPECT_EQ(outcome.out, "") << arguments;
    EXPECT_EQ(outcome.err, "atoll: " + message + "\n");
  }
}

}  // namespace
}  // namespace Atoll
