// What a process has open: its console, pipes, and the few files that there are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace Atoll::hosts::plan9 {

class Files {
 public:
  Files();

  // All of them answer -1 if they fail. Numbers are given as Plan 9 gives them: the lowest that is
  // free.
  std::int32_t open(std::string_view name, std::uint32_t mode);
  std::int32_t close(std::int32_t file);
  std::int32_t pipe(std::int32_t ends[2]);
  // `offset` -1: where the file is now, which is moved.
  std::int32_t read(std::int32_t file, void* to, std::int32_t size, std::int64_t offset);
  std::int32_t write(std::int32_t file, const void* from, std::int32_t size);

 private:
  struct File {
    bool is_open = false;
    int host = -1;  // the host's number; -1: the file is `text`
    std::string text;
    std::size_t place = 0;  // within `text`
  };

  std::int32_t add(File file);
  File* find(std::int32_t file);

  std::vector<File> files_;
};

}  // namespace Atoll::hosts::plan9
