#!/usr/bin/perl
# lint.t: the rules of the house that a compiler does not check. One TAP line a rule; what breaks it
# is listed below the line.
use strict;
use warnings;
use File::Find;
use File::Basename;
use File::Temp qw(tempdir);
use Test::More;

chdir($ENV{LLMSONIFY_ROOT} // '.') or die "LLMSONIFY_ROOT: $!";

# Rooms in order: a room may include those that it lists (and itself).
my %may = (
    base     => [],
    math     => [qw(base)],
    tensor   => [qw(base)],
    feature  => [qw(base)],
    audio    => [qw(base math)],
    score    => [qw(base feature)],
    token    => [qw(base)],
    model    => [qw(base math tensor token)],
    infer    => [qw(base math tensor token model)],
    analysis => [qw(base math tensor token model infer feature)],
    music    => [qw(base math feature score)],
    theory   => [qw(base math tensor token model infer feature analysis score music)],
    midi     => [qw(base score)],
    learn    => [qw(base math tensor feature score midi music)],
    synth    => [qw(base math audio score midi)],
    view     => [qw(base math audio feature score)],
    genre    => [qw(base math feature score music learn)],
    atmos    => [qw(base math tensor token audio model infer)],
    app      => [qw(base math tensor token feature audio score model infer analysis music midi
                    learn synth view genre theory atmos)],
    tui      => [qw(base score view app atmos)],
    serve    => [qw(base score view app)],
);
$may{cli} = [keys %may];
# Single headers that are vocabulary for more rooms than their folder.
my %also = ('feature/role.h' => [qw(model)], 'feature/featset.h' => [qw(model)]);

my (@source, @header);
find({no_chdir => 1, wanted => sub {
    push @source, $_ if /\.c$/;
    push @header, $_ if /\.h$/;
}}, 'src', 'include');
@source = sort @source;
@header = sort @header;
my @all = (@source, @header);

sub slurp {
    my ($path) = @_;
    open my $f, '<', $path or die "$path: $!";
    local $/;
    return scalar <$f>;
}

# C text with comments, strings and character constants blanked, line numbers kept.
sub code_of {
    my ($text) = @_;
    $text =~ s{(/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')}
              {my $t = $1; my $q = substr($t, 0, 1); $t =~ s/[^\n]/ /g;
               $q eq '/' ? $t : length($t) > 1 ? $q . substr($t, 2) . $q : $q}gse;
    return $text;
}

sub room_of { return $_[0] =~ m{^(?:src|include)/([^/]+)/} ? $1 : 'main'; }

sub rule {
    my ($name, @bad) = @_;
    ok(!@bad, $name) or diag(join("\n", @bad));
}

my %text = map { $_ => slurp($_) } @all;
my %code = map { $_ => code_of($text{$_}) } @all;

sub check_layers {
    my @bad;
    for my $file (@all) {
        my $room = room_of($file);
        next if $room eq 'main';
        my %ok = map { $_ => 1 } $room, @{ $may{$room} // [] };
        push @bad, "$file: room '$room' is not in the table of rooms" unless $may{$room};
        while ($text{$file} =~ /^#include "(([^\/"]+)\/[^"]+)"/mg) {
            my ($inc, $to) = ($1, $2);
            next if $ok{$to} || grep { $_ eq $room } @{ $also{$inc} // [] };
            push @bad, "$file: $room may not include $inc";
        }
    }
    rule('rooms include only the rooms below them', @bad);
}

sub check_unique {
    my (%seen, @bad);
    for my $file (@all) {
        my $base = basename($file);
        my $what = $file =~ /\.h$/ ? 'h' : 'c';
        push @bad, "$file: the name is taken by $seen{$base}" if $seen{$base};
        $seen{$base} = $file;
    }
    rule('base names are unique in the tree', @bad);
}

sub check_includers {
    my %libc = map { $_ => 1 } qw(assert ctype errno fcntl fenv float inttypes limits locale math
        poll pthread semaphore setjmp signal stdalign stdarg stdatomic stdbool stddef stdint stdio
        stdlib string strings time unistd dirent glob termios cpuid immintrin dlfcn);
    my (%by, @bad);
    for my $file (@all) {
        while ($text{$file} =~ /^#include <([^>]+)>/mg) {
            my $h = $1;
            (my $stem = $h) =~ s/\.h$//;
            next if $libc{$stem} || $h =~ m{^sys/};
            push @{ $by{$h} }, $file;
        }
    }
    for my $h (sort keys %by) {
        push @bad, "<$h> is included by @{ $by{$h} }" if @{ $by{$h} } > 1;
        push @bad, "<$h> is included by a header: @{ $by{$h} }" if grep { /\.h$/ } @{ $by{$h} };
    }
    rule('a library header is included by one .c file', @bad);
}

sub check_functions {
    my @bad;
    for my $file (@source) {
        my ($start, $name, $line) = (0, '', 0);
        my $head = '';
        for (split /\n/, $code{$file}) {
            $line++;
            if (/^\{/) { $start = $line; $name = $head; }
            if (/^\}/ && $start) {
                my $n = $line - $start + 1;
                push @bad, "$file:$start: $n lines: $name" if $n > 80;
                $start = 0;
            }
            $head = $_ if /^\w/;
        }
    }
    rule('no function is longer than 80 lines', @bad);
}

sub check_lines {
    my (@long, @wide, @space, @comment);
    for my $file (@all, glob('tests/unit/*.[ch] tests/fuzz/*.c tests/bench/*.c')) {
        my $t = $text{$file} // slurp($file);
        my $n = () = $t =~ /\n/g;
        push @long, "$file: $n lines" if $n > 600;
        push @comment, $file unless $t =~ m{^/\*};
        my $k = 0;
        for (split /\n/, $t) {
            $k++;
            (my $shown = $_) =~ s/[\x80-\xbf]//g;
            push @wide, "$file:$k: " . length($shown) . " columns" if length($shown) > 100;
            push @space, "$file:$k: tab or space at the end" if /\t| $/;
        }
    }
    rule('no file is longer than 600 lines', @long);
    rule('no line is wider than 100 columns', @wide);
    rule('no tabs, no spaces at the end', @space);
    rule('a file begins with a comment', @comment);
}

# The page and its tests: what serve hands out holds nothing inline and names no other host.
sub check_page {
    my (@form, @inline);
    my @script = glob('src/serve/page/*.js tests/web/*.mjs tests/web/*/*.mjs');
    for my $file (@script, glob('src/serve/page/*.css src/serve/page/*.html')) {
        my $t = slurp($file);
        my $k = 0;
        push @form, "$file: begins without a comment" unless $t =~ m{^/\*} || $file =~ /html$/;
        push @form, "$file: more than 450 lines" if ($t =~ tr/\n//) > 450;
        for (split /\n/, $t) {
            $k++;
            (my $shown = $_) =~ s/[\x80-\xbf]//g;
            push @form, "$file:$k: over 100 columns" if length($shown) > 100;
            push @form, "$file:$k: tab or space at the end" if /\t| $/;
            next unless $file =~ m{^src/};
            push @inline, "$file:$k: $1" if m{\b(innerHTML|outerHTML|document\.write|eval\()};
            push @inline, "$file:$k: $1" if m{(https?://[^\s"']*)};
            push @inline, "$file:$k: $1=" if /html$/ && /[\s"](style|on\w+)=/;
            push @inline, "$file:$k: inline script or style" if /html$/ && /<style|<script>/;
        }
    }
    rule('page: lines within 100 columns, files within 450 lines, a comment first', @form);
    rule('page: nothing inline, nothing from elsewhere', @inline);
}

sub check_banned {
    my @bad;
    my $ban = qr/\b(strcpy|strcat|sprintf|vsprintf|strtok|gets|atoi|atol|atof|rand|srand|alloca)\s*\(/;
    for my $file (@all) {
        my $k = 0;
        for (split /\n/, $code{$file}) {
            $k++;
            push @bad, "$file:$k: $1" if /$ban/;
            push @bad, "$file:$k: time(NULL)" if /\btime\s*\(\s*(NULL|0)\s*\)/;
        }
    }
    rule('no banned function is called', @bad);
}

# Below app/ nothing is printed and nothing exits; base/mem.c is the exception it documents.
sub check_silent {
    my @bad;
    for my $file (@source) {
        next if room_of($file) =~ /^(cli|app|tui|serve|main)$/ || $file eq 'src/base/mem.c';
        my $k = 0;
        for (split /\n/, $code{$file}) {
            $k++;
            push @bad, "$file:$k: $1" if /\b(printf|puts|putchar|perror|exit|_exit|_Exit|abort)\s*\(/;
            push @bad, "$file:$k: stderr" if /\bstderr\b/;
        }
    }
    rule('nothing below app/ prints or exits', @bad);
}

sub check_headers {
    my $cc = $ENV{CC} || 'cc';
    my $dir = tempdir(CLEANUP => 1);
    my @bad;
    for my $file (@header) {
        next if $file =~ /_body\.h$/; # a template: its includer defines the types first
        (my $inc = $file) =~ s{^(include|src)/}{};
        open my $f, '>', "$dir/one.c" or die;
        print $f "#include \"$inc\"\n#include \"$inc\"\nint lint_one;\n";
        close $f;
        my $out = `$cc -std=c11 -D_DEFAULT_SOURCE -Wall -Wextra -Werror -Iinclude -Isrc -fsyntax-only $dir/one.c 2>&1`;
        push @bad, "$file: $out" if $?;
    }
    rule('each header compiles alone, and twice', @bad);
}

sub check_top {
    my %ok = map { $_ => 1 } qw(Makefile README.md LICENSE src include tests soundfonts models
        examples build);
    opendir my $d, '.' or die;
    my @bad = grep { !/^\./ && !$ok{$_} } readdir $d;
    rule('the top level holds what it should', @bad);
}

# prove runs a script as it is: one without the mode fails at a stranger's, not here.
sub check_runnable {
    my @bad;
    find({no_chdir => 1, wanted => sub {
        return unless -f;
        open my $f, '<', $_ or die "$_: $!";
        my $starts = (<$f> // '') =~ /^#!/;
        push @bad, "$_ starts with #! and may not be run" if $starts && !-x;
        push @bad, "$_ is a test without #!" if !$starts && /\.t$/;
    }}, grep { -d } qw(tests examples));
    rule('every script may be run', @bad);
}

check_layers();
check_unique();
check_includers();
check_functions();
check_lines();
check_page();
check_banned();
check_silent();
check_headers();
check_top();
check_runnable();
done_testing();
