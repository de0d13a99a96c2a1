/* job_name.h: names of trainings in their states, "width 32, layers 2, ...". Private to learn/. */
#ifndef LEARN_JOB_NAME_H
#define LEARN_JOB_NAME_H

#include "base/err.h"

/* The message for the state in `path`, which is of the training `its` while `own` goes on: what
 * differs between them, when it is little. Always false. */
bool job_name_differs(const char *path, const char *its, const char *own, Err *err);

#endif
