/* SPDX-License-Identifier: Apache-2.0
 *
 * A fork happens while no thread is behind the gate, so that a child inherits no lock that one of them holds. */
#define _POSIX_C_SOURCE 200809L /* nanosleep */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "python/fork_gate.h"
#include "support/harness.h"

#define THREADS 4
#define FORKS 60

static atomic_uint holders;
static atomic_uint passes;
static atomic_bool over;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Behind the gate nearly all the time, and there with a lock that the child needs. */
static void *work(void *nothing)
{
    while (!atomic_load(&over)) {
        fork_gate_enter();
        (void)pthread_mutex_lock(&lock);
        atomic_fetch_add(&holders, 1);
        for (volatile unsigned i = 0; i < 20000; i++) {
        }
        atomic_fetch_sub(&holders, 1);
        (void)pthread_mutex_unlock(&lock);
        fork_gate_leave();
        atomic_fetch_add(&passes, 1);
    }
    return nothing;
}

static _Noreturn void be_child(void)
{
    bool free = atomic_load(&holders) == 0 && pthread_mutex_trylock(&lock) == 0;
    /* The gate is open here, and for a fork of the child's own. */
    fork_gate_enter();
    fork_gate_leave();
    pid_t grandchild = fork();
    int status = 0;
    if (grandchild == 0) {
        _exit(0);
    }
    bool forked = waitpid(grandchild, &status, 0) == grandchild && status == 0;
    _exit(free && forked ? 0 : 1);
}

static void no_child_inherits_a_lock(void)
{
    pthread_t threads[THREADS];
    CHECK(fork_gate_init());
    CHECK(fork_gate_init());
    for (size_t i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
    }
    for (size_t i = 0; i < FORKS; i++) {
        int status = 1;
        /* The threads went on after the last fork. */
        unsigned before = atomic_load(&passes);
        while (atomic_load(&passes) < before + THREADS) {
            struct timespec time = {.tv_nsec = 100000};
            (void)nanosleep(&time, NULL);
        }
        pid_t child = fork();
        if (child == 0) {
            be_child();
        }
        CHECK(child > 0);
        CHECK(waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    atomic_store(&over, true);
    for (size_t i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
}

TEST_MAIN(TEST(no_child_inherits_a_lock))
