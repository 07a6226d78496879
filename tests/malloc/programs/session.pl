# A session whose answers are checked: hashes, sorting, regular expressions, closures, sprintf.
use strict;
use warnings;
my %count;
for my $i (1 .. 80000) { $count{ sprintf "key%d", ($i * 7919) % 9973 } .= chr(97 + $i % 26); }
my @keys = sort { length $count{$b} <=> length $count{$a} || $a cmp $b } keys %count;
printf "%d %s %s\n", scalar @keys, $keys[0], $count{ $keys[-1] };
my $text = join ' ', map { "w$_" x ($_ % 7) } 1 .. 20000;
my $found = () = $text =~ /w(\d+)(?:w\1)+/g;
printf "%d %d\n", length $text, $found;
$text =~ s/(\d)w/$1-/g;
printf "%d %s\n", ($text =~ tr/-//), substr $text, 1000, 40;
my @closures = map { my $n = $_; sub { $n += shift } } 1 .. 1000;
my $sum = 0;
$sum += $closures[$_]->($_) for 0 .. 999;
print "$sum\n";
my @matrix = map { my $row = $_; [ map { $row * $_ % 101 } 1 .. 120 ] } 1 .. 120;
my $trace = 0;
for my $i (0 .. 119) { $trace += $matrix[$i][$_] * $matrix[$_][$i] for 0 .. 119; }
print "$trace\n";
