/* make_soundfont.c: make_soundfont MODEL OUT.sf2: records our instruments into a SoundFont, with
 * the weights of MODEL (a directory) for noise. `make soundfont` runs it. */
#include <stdio.h>

#include "app/bank.h"

int main(int argc, char **argv)
{
    Err err = {{0}};
    if (argc != 3) {
        fprintf(stderr, "usage: make_soundfont MODEL OUT.sf2\n");
        return 1;
    }
    if (bank_write(argv[1], argv[2], NULL, &err)) return 0;
    fprintf(stderr, "make_soundfont: %s\n", err.msg);
    return 2;
}
