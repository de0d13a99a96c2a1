#!/usr/bin/perl
# run_test.pl: what `prove` runs each test through. Scripts run as they are. A unit test's TAP is
# mended: cmocka writes "not ok 3 # SKIP name" for a skipped test, which prove takes for a failure.
use strict;
use warnings;

my ($test, @rest) = @ARGV;
exec $test, @rest or die "$test: $!" if $test =~ /\.t$/;
open my $tap, '-|', $test, @rest or die "$test: $!";
$| = 1;
while (<$tap>) {
    s/^not ok (\d+) # SKIP (.*)/ok $1 - $2 # SKIP its data is not here/;
    print;
}
close $tap;
exit($? & 127 ? 128 + ($? & 127) : $? >> 8);
