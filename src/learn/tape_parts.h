/* tape_parts.h: what operations are written with. Private to learn/. */
#ifndef LEARN_TAPE_PARTS_H
#define LEARN_TAPE_PARTS_H

#include <stddef.h>

#include "learn/tape.h"
#include "math/vecmath.h"

/* A new variable with its value not set; wants a gradient when one of the inputs (NULL: none) does.
 * back may be NULL for constants. */
Var *tape_node(Tape *t, int rows, int cols, Var *const in[4], void (*back)(Tape *, Var *));
/* n elements of the arena, not set, at a multiple of 64 bytes. */
void *tape_take(Tape *t, int64_t n, size_t size);
/* x's gradient to add to, zeroed when nobody did before; NULL when x wants none. */
float *tape_grad(Tape *t, Var *x);
/* The same, but not zeroed: *add says whether something is there to add to. */
float *tape_grad_to(Tape *t, Var *x, bool *add);
/* Memory of at least n floats for the time of one operation. */
float *tape_scratch(Tape *t, int64_t n);
const VecMath *tape_vm(const Tape *t);

#endif
