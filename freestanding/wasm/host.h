// What a program imports of its host, toolchains/emulators/wasm_host.mjs.
#pragma once

#include <cstddef>
#include <cstdint>

#define ATOLL_IMPORT(name) [[clang::import_module("atoll"), clang::import_name(#name)]]

extern "C" {

// To descriptor 1 or 2, all of it.
ATOLL_IMPORT(write) void atoll_write(int file, const void* text, std::size_t size);
ATOLL_IMPORT(exit) [[noreturn]] void atoll_exit(int code);
// Since some fixed moment; never decreases.
ATOLL_IMPORT(nanoseconds) std::uint64_t atoll_nanoseconds();
ATOLL_IMPORT(random) void atoll_random(void* to, std::size_t size);
// The arguments one after another, a null character behind each; and how many bytes that is.
ATOLL_IMPORT(arguments) void atoll_arguments(char* to);
ATOLL_IMPORT(arguments_size) std::uint32_t atoll_arguments_size();

}  // extern "C"
