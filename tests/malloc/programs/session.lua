-- A session whose answers are checked: tables, strings, closures, coroutines, and the collector.
local sum = 0
local words = {}
for i = 1, 60000 do
  local word = ("word" .. (i * 7919) % 10007):rep(i % 5 + 1)
  words[word] = (words[word] or 0) + 1
end
local keys = {}
for word, count in pairs(words) do
  keys[#keys + 1] = word
  sum = sum + count
end
table.sort(keys)
print(#keys, sum, keys[1], keys[#keys])

local function permutations(list, n)
  if n == 0 then
    coroutine.yield(list)
  else
    for i = 1, n do
      list[n], list[i] = list[i], list[n]
      permutations(list, n - 1)
      list[n], list[i] = list[i], list[n]
    end
  end
end
local count, check = 0, 0
for list in coroutine.wrap(function() permutations({1, 2, 3, 4, 5, 6, 7, 8}, 8) end) do
  count = count + 1
  check = (check * 31 + list[1] * list[8]) % 1000003
end
print(count, check)

local function tree(depth)
  if depth == 0 then return {} end
  return {tree(depth - 1), tree(depth - 1)}
end
local function leaves(node)
  return #node == 0 and 1 or leaves(node[1]) + leaves(node[2])
end
for depth = 4, 14, 2 do print(depth, leaves(tree(depth))) end

local finalized = 0
for _ = 1, 5000 do setmetatable({}, {__gc = function() finalized = finalized + 1 end}) end
collectgarbage()
print(finalized)

local text = {}
for i = 1, 3000 do text[i] = string.format("%05d:%s;", i, ("x"):rep(i % 40)) end
local all = table.concat(text)
print(#all, select(2, all:gsub("%d+:x+;", "")), all:reverse():sub(1, 40))
local weak = setmetatable({}, {__mode = "k"})
for _ = 1, 1000 do weak[{}] = true end
collectgarbage()
print(next(weak))
