/* cli.h: the command line. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

/* Exit status: 0 done, 1 usage, 2 input or processing error, 130 interrupted. */
int cli_main(int argc, char **argv);

#endif
