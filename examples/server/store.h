// The server's data: texts by name.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace Server {

class Store {
 public:
  void set(const std::string& name, std::string value) {
    Shard& shard = shard_of(name);
    const std::lock_guard guard(shard.lock);
    shard.values[name] = std::move(value);
  }

  std::optional<std::string> get(const std::string& name) {
    Shard& shard = shard_of(name);
    const std::lock_guard guard(shard.lock);
    const auto found = shard.values.find(name);
    if (found == shard.values.end()) return std::nullopt;
    return found->second;
  }

  bool remove(const std::string& name) {
    Shard& shard = shard_of(name);
    const std::lock_guard guard(shard.lock);
    return shard.values.erase(name) != 0;
  }

  std::size_t size() {
    std::size_t sum = 0;
    for (Shard& shard : shards_) {
      const std::lock_guard guard(shard.lock);
      sum += shard.values.size();
    }
    return sum;
  }

 private:
  struct Shard {
    std::mutex lock;
    std::unordered_map<std::string, std::string> values;
  };

  Shard& shard_of(const std::string& name) {
    return shards_[std::hash<std::string>()(name) % shards_.size()];
  }

  std::array<Shard, 16> shards_;
};

}  // namespace Server
