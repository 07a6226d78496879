-- Tables of tables, texts that are built and dropped, closures.
local words = {}
for i = 1, 60000 do
  local parts = {}
  for j = 1, 1 + i % 7 do
    parts[j] = string.format("word%d", (i * j) % 1013)
  end
  words[i] = { text = table.concat(parts, " "), parts = parts, number = i }
end

local counts = {}
for _, word in ipairs(words) do
  for _, part in ipairs(word.parts) do
    counts[part] = (counts[part] or 0) + 1
  end
end

local total = 0
for part, count in pairs(counts) do
  total = total + count * #part
end

-- Half of them go, others come.
for i = 1, #words, 2 do
  words[i] = nil
end
collectgarbage()
for i = 1, 60000, 2 do
  words[i] = function() return string.rep("x", i % 200) end
end
for i = 1, 60000, 2 do
  total = total + #words[i]()
end
assert(total == 4656859, total)
