# Hashes of arrays, texts that are built, split and joined, objects that come and go.
Record = Struct.new(:number, :parts, :text)

def record(number)
  parts = (1..1 + number % 7).map { |i| "word#{number * i % 1013}" }
  Record.new(number, parts, parts.join(" "))
end

records = (1..40_000).to_h { |number| [number, record(number)] }
counts = Hash.new { |hash, part| hash[part] = [] }
records.each_value do |one|
  one.text.split.each { |part| counts[part] << one.number }
end
total = counts.sum { |part, numbers| part.length * numbers.length }

# Every other one goes, and others come.
records.delete_if { |number, _| number.odd? }
(1..40_000).each do |number|
  one = record(number)
  one.text = one.text.gsub("word", "another word") * 3
  records[-number] = one
  total += one.text.length
end
raise total.to_s unless records.length == 60_000 && total == 8618207
