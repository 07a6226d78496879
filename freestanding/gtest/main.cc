// For tests without a main() of their own.

#include "freestanding/gtest/gtest.h"

// As C, since a freestanding compiler gives main() no special treatment.
extern "C" int main(int argc, char** argv);

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
