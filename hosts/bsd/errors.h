// The BSDs' numbers of errors: up to 34 they are Linux' numbers, and all but the last are the same
// on every BSD.
#pragma once

namespace Atoll::hosts::bsd::error {

inline constexpr int kPermission = 1;
inline constexpr int kNoEntry = 2;
inline constexpr int kNoMemory = 12;
inline constexpr int kFault = 14;
inline constexpr int kInvalid = 22;
inline constexpr int kAgain = 35;
inline constexpr int kOpenbsdNotSupported = 91;

// Translates a number of Linux.
int from_linux(int code);

}  // namespace Atoll::hosts::bsd::error
