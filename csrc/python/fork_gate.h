/* SPDX-License-Identifier: Apache-2.0
 * fork_gate: a fork waits until no thread works without the GIL. It copies libcrypto's locks as they are in that moment:
 * one that another thread holds, such as that of the random generator, is never let go in the child, which then hangs.
 * Threads that have the GIL need no gate, since the one that forks has it then. One gate for the process, as its locks. */
#ifndef DDBC_PYTHON_FORK_GATE_H
#define DDBC_PYTHON_FORK_GATE_H

#include <stdbool.h>

/* To be called before the first pass; any number of times. */
bool fork_gate_init(void);
/* Around work without the GIL. */
void fork_gate_enter(void);
void fork_gate_leave(void);

#endif
