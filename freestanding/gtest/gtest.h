// Stands in for GoogleTest where there is no C++ library to build it with: the part of its
// interface that this project's tests use, with the same meaning and the same output. One thread,
// no death tests.
#pragma once

#include "freestanding/gtest/assertions.h"
#include "freestanding/gtest/parameters.h"
#include "freestanding/gtest/print.h"
#include "freestanding/gtest/result.h"
#include "freestanding/gtest/test.h"
