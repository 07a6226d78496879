// errno as the BSDs number it: the same up to 34, and on all of them but for the last.
#pragma once

namespace Atoll::hosts::bsd::error {

inline constexpr int kPermission = 1;
inline constexpr int kNoEntry = 2;
inline constexpr int kNoMemory = 12;
inline constexpr int kFault = 14;
inline constexpr int kInvalid = 22;
inline constexpr int kAgain = 35;
inline constexpr int kOpenbsdNotSupported = 91;

// Of Linux' numbers.
int from_linux(int code);

}  // namespace Atoll::hosts::bsd::error
