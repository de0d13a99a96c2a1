# songs.sh: sourced after tap.sh by the tests of atmos: make_songs writes ramp.wav, pulses.wav and
# silence.wav (mono, 16 bits, 8000 Hz, of the given seconds).
make_songs() {
    perl -e '
        my $seconds = shift;
        my %amp = (ramp => sub { 32000 * $_[0] }, pulses => sub { $_[1] % 4000 < 1600 ? 16000 : 0 },
                   silence => sub { 0 });
        for my $name (keys %amp) {
            my $n = 8000 * $seconds;
            my $data = pack "s<*", map { int($amp{$name}->($_ / $n, $_) * sin(0.35 * $_)) } 0 .. $n - 1;
            open my $f, ">:raw", "$name.wav" or die;
            print $f "RIFF", pack("V", 36 + length $data), "WAVEfmt ",
                pack("VvvVVvv", 16, 1, 1, 8000, 16000, 2, 16), "data", pack("V", length $data), $data;
        }' "$1"
}
