# Breakpoints in threads, calls of malloc() from outside, memory that the program made, and a second run.
set pagination off
set confirm off
set print address off
set print thread-events off
set print inferior-events off
set debuginfod enabled off
break reached
run
backtrace 2
print nodes->name
print *nodes->next->next
print (int)strlen((char*)strdup("a string"))
set variable $block = (char*)malloc(100000)
print $block != 0
set variable $block[99999] = 'z'
print $block[99999]
print ((char*)realloc($block, 300000))[99999]
continue
print nodes
catch syscall exit_group
continue
kill
run
info breakpoints
python print(gdb.parse_and_eval("nodes.name").string(), len([i for i in range(100000)]))
