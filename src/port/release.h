// Releases of Go whose allocator this model describes.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace Atoll::port {

// Release 1.N has the value N, so releases compare in order of age.
enum class Release : std::uint8_t {
  k1_11 = 11,
  k1_12,
  k1_13,
  k1_14,
  k1_15,
  k1_16,
  k1_17,
  k1_18,
  k1_19,
  k1_20,
  k1_21,
  k1_22,
  k1_23,
  k1_24,
  k1_25,
  k1_26,
  k1_27,
};

inline constexpr Release kFirstRelease = Release::k1_11;
inline constexpr Release kLastRelease = Release::k1_27;

// The release the book's allocator chapter describes, and the default everywhere.
inline constexpr Release kDefaultRelease = Release::k1_11;

inline constexpr std::size_t kNumReleases = std::size_t{static_cast<std::uint8_t>(kLastRelease)} -
                                            std::size_t{static_cast<std::uint8_t>(kFirstRelease)} +
                                            1;

// Every release, oldest first.
inline constexpr std::array<Release, kNumReleases> kReleases = [] {
  std::array<Release, kNumReleases> all{};
  for (std::size_t i = 0; i < kNumReleases; ++i) {
    all[i] = static_cast<Release>(static_cast<std::uint8_t>(kFirstRelease) + i);
  }
  return all;
}();

// The N of release 1.N.
constexpr unsigned minor_version(Release release) { return static_cast<unsigned>(release); }

// "1.11" ... "1.27".
constexpr std::string_view name(Release release) {
  constexpr std::array<std::string_view, kNumReleases> kNames = {
      "1.11", "1.12", "1.13", "1.14", "1.15", "1.16", "1.17", "1.18", "1.19",
      "1.20", "1.21", "1.22", "1.23", "1.24", "1.25", "1.26", "1.27"};
  return kNames[minor_version(release) - minor_version(kFirstRelease)];
}

// Accepts "1.11" to "1.27", with or without a leading "go". Refuses patch versions, because the
// model does not tell patches apart, and anything else.
[[gnu::cold]] constexpr std::optional<Release> parse_release(std::string_view text) {
  if (text.substr(0, 2) == "go") text.remove_prefix(2);
  for (const Release release : kReleases) {
    if (text == name(release)) return release;
  }
  return std::nullopt;
}

}  // namespace Atoll::port
