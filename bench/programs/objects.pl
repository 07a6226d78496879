# Hashes of arrays, texts that are built, split and joined, objects that come and go.
use strict;
use warnings;

my @records;
for my $i (1 .. 40_000) {
    my @parts = map { "word" . ($i * $_ % 1013) } 1 .. 1 + $i % 7;
    push @records, { text => join(" ", @parts), parts => \@parts, number => $i };
}

my %count;
for my $record (@records) {
    $count{$_}++ for split / /, $record->{text};
}

my $total = 0;
$total += $count{$_} * length $_ for keys %count;

# Every other one goes, and others come.
@records = grep { $_->{number} % 2 } @records;
for my $i (1 .. 40_000) {
    my $text = "x" x ($i % 200);
    $text =~ s/xx/yz!/g;
    push @records, { text => $text, number => -$i };
    $total += length $text;
}
@records = sort { $a->{number} <=> $b->{number} } @records;
die "$total\n" unless $total == 7064572 && @records == 60_000;
