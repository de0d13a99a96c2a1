#!/usr/bin/perl
# server.pl MODE FILE: an OpenAI-compatible server on a free port of 127.0.0.1 that behaves as MODE
# says; the port is written to FILE, what it was asked to FILE.log. It ends with its standard input.
#   good      answers with " w0", " w1", ... counted by the prompt's words; streams when asked to
#   ends      good, but the model ends its text after three tokens
#   hang      takes the request and says nothing
#   error     500 with an OpenAI error
#   flaky     500 twice, then good
#   limit     429 twice, then good
#   denied    401
#   garbage   200 with something that is no JSON
#   empty     200 with an object without choices
#   half      a stream that breaks off inside an event after two tokens, at every request
#   halfonce  the same once, then good
#   huge      an answer without end
#   drop      closes the connection after three answers
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use JSON::PP;

my ($mode, $file) = @ARGV;
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 8, ReuseAddr => 1) or die;
open my $log, '>', "$file.log" or die;
$log->autoflush(1);
open my $out, '>', "$file.part" or die;
print $out $server->sockport;
close $out;
rename "$file.part", $file or die;
$SIG{PIPE} = 'IGNORE';
my ($asked, @hung) = (0);

sub answer {
    my ($c, $status, $body, $type) = @_;
    $type //= 'application/json';
    print $c "HTTP/1.1 $status X\r\nContent-Type: $type\r\nContent-Length: " . length($body) .
        "\r\n\r\n$body";
}

sub word { my ($prompt, $i) = @_; my $n = () = $prompt =~ / w\d+/g; return ' w' . ($n + $i); }

sub stream {
    my ($c, $ask, $break) = @_;
    print $c "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    for my $i (0 .. $ask->{max_tokens} - 1) {
        my $event = encode_json({choices => [{text => word($ask->{prompt}, $i),
                                              finish_reason => undef}]});
        if ($break && $i == 2) { print $c "data: " . substr($event, 0, 20); $c->flush; return 0; }
        print $c "data: $event\r\n\r\n";
    }
    print $c "data: [DONE]\n\n";
    return 0;
}

sub good {
    my ($c, $ask) = @_;
    my $n = () = $ask->{prompt} =~ / w\d+/g;
    return stream($c, $ask, 0) if $ask->{stream};
    my $ends = $mode eq 'ends' && $n >= 2;
    answer($c, 200, encode_json({choices => [{text => word($ask->{prompt}, 0),
                                 finish_reason => $ends ? 'stop' : 'length'}]}));
    return 1;
}

# True to go on with the connection.
sub serve_one {
    my ($c, $ask) = @_;
    $asked++;
    my $error = encode_json({error => {message => 'the cat sat on the server'}});
    if ($mode eq 'hang') { push @hung, $c; return -1; }
    if ($mode eq 'error') { answer($c, 500, $error); return 1; }
    if ($mode eq 'denied') { answer($c, 401, $error); return 1; }
    if ($mode eq 'flaky' && $asked <= 2) { answer($c, 500, $error); return 1; }
    if ($mode eq 'limit' && $asked <= 2) { answer($c, 429, $error); return 1; }
    if ($mode eq 'garbage') { answer($c, 200, "<html>\0\xff</html>"); return 1; }
    if ($mode eq 'empty') { answer($c, 200, '{"choices": []}'); return 1; }
    if ($mode eq 'half' || ($mode eq 'halfonce' && $asked == 1)) { return stream($c, $ask, 1); }
    if ($mode eq 'huge') {
        print $c "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
        for (1 .. 3000) { print $c 'x' x 1000 or last; }
        return 0;
    }
    return 0 if $mode eq 'drop' && $asked > 3;
    return good($c, $ask);
}

sub read_one {
    my ($c) = @_;
    my ($head, $body) = ('', '');
    while (defined(my $line = <$c>)) {
        $head .= $line;
        last if $line =~ /^\r?\n$/;
    }
    return 0 unless $head =~ /^POST (\S+)/;
    my ($path) = $1;
    my ($key) = $head =~ /^authorization: *(.*?)\r?$/mi;
    my ($n) = $head =~ /^content-length: *(\d+)/mi;
    read $c, $body, $n // 0;
    my $ask = decode_json($body);
    print $log encode_json({path => $path, key => $key, %$ask}), "\n";
    return serve_one($c, $ask);
}

my $select = IO::Select->new($server, \*STDIN);
while (1) {
    for my $h ($select->can_read) {
        exit 0 if $h == \*STDIN && !sysread(STDIN, my $ignored, 4096);
        next if $h == \*STDIN;
        my $c = $server->accept or next;
        while (1) {
            my $on = read_one($c);
            last if $on == -1;
            $c->flush;
            if (!$on) { close $c; last; }
        }
    }
}
