# A session whose answers are checked: strings, hashes, threads, fibers, the collector, compaction, fork.
require "digest"
require "json"
require "zlib"

words = (1..60_000).map { |i| "word#{(i * 7919) % 10_007}" * (i % 5 + 1) }
counts = words.tally
puts counts.size, counts.max_by { |word, count| [count, word] }.inspect
puts Digest::SHA256.hexdigest(words.sort.join(","))
tree = (0...2000).to_h { |i| [i.to_s, (0...i % 50).map { |j| j.to_s * (i % 7) }] }
puts JSON.parse(JSON.generate(tree)) == tree
threads = (1..4).map do |n|
  Thread.new { (1..2000).map { |i| ("x" * (i % 300 + n)).succ.size }.sum }
end
puts threads.map(&:value).inspect
fibers = (1..500).map { |i| Fiber.new { 3.times { |n| Fiber.yield("f" * i * n) } } }
puts (1..3).sum { fibers.sum { |fiber| fiber.resume.size } }
text = words.join(" ")
puts Zlib::Inflate.inflate(Zlib::Deflate.deflate(text)) == text
puts text.scan(/word(\d+)(?:word\1)+/).size
numbers = (1..400).map { |i| 3**i }
puts numbers.sum % 10**30
words = nil
GC.start
GC.compact
child = fork { exit!(counts.size == 10_007 ? 3 : 4) }
Process.wait(child)
puts $?.exitstatus
