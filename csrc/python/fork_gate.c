/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L /* nanosleep */
#include "fork_gate.h"

#ifdef _WIN32

bool fork_gate_init(void)
{
    return true;
}

void fork_gate_enter(void)
{
}

void fork_gate_leave(void)
{
}

#else

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#define NAP_NANOSECONDS 20000

static atomic_uint inside;
static atomic_uint forking;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool registered;

static void nap(void)
{
    struct timespec time = {.tv_nsec = NAP_NANOSECONDS};
    (void)nanosleep(&time, NULL);
}

static void before(void)
{
    /* Those that come from now on turn back. */
    atomic_fetch_add(&forking, 1);
    while (atomic_load(&inside) > 0) {
        nap();
    }
}

static void in_parent(void)
{
    atomic_fetch_sub(&forking, 1);
}

/* There is one thread, and it is at none of the places that count. */
static void in_child(void)
{
    atomic_store(&inside, 0);
    atomic_store(&forking, 0);
}

static void set_up(void)
{
    registered = pthread_atfork(before, in_parent, in_child) == 0;
}

bool fork_gate_init(void)
{
    return pthread_once(&once, set_up) == 0 && registered;
}

void fork_gate_enter(void)
{
    for (;;) {
        atomic_fetch_add(&inside, 1);
        if (atomic_load(&forking) == 0) {
            return;
        }
        atomic_fetch_sub(&inside, 1);
        nap();
    }
}

void fork_gate_leave(void)
{
    atomic_fetch_sub(&inside, 1);
}

#endif
