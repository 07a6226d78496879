"""A session whose answers are checked, by Python's own allocator and by malloc() alone."""

import collections
import hashlib
import json
import re

text = " ".join(f"word{(i * 7919) % 5003}" * (i % 4 + 1) for i in range(30000))
print(len(text), collections.Counter(text.split()).most_common(3))
print(len(re.findall(r"word(\d+)(?:word\1)+", text)))
tree = {str(i): [str(j) * (i % 7) for j in range(i % 50)] for i in range(3000)}
again = json.loads(json.dumps(tree))
print(again == tree, hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest())
numbers = [pow(3, i, 10**40 + 7) for i in range(3000)]
print(sum(numbers) % (10**30))
print(sorted({n % 1009 for n in numbers})[-3:])
buffers = [bytearray(i * 37) for i in range(2000)]
print(sum(len(buffer) for buffer in buffers[::3]))
