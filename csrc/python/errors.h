/* SPDX-License-Identifier: Apache-2.0
 * Status to exception. */
#ifndef DDBC_PYTHON_ERRORS_H
#define DDBC_PYTHON_ERRORS_H

#include "state.h"

/* Raises the status's exception with its `attribute` set. */
void raise_status(engine_state *state, const ddbc_status *status);
/* Sets `index` on the exception that is being raised, if it is one of ours. */
void raise_with_index(engine_state *state, size_t index);

#endif
