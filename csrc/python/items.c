/* SPDX-License-Identifier: Apache-2.0
 * items: encrypt_item, decrypt_item and their batches, in three phases: take in, work without the GIL, give out. */
#include "items.h"

#include "core/status.h"
#include "errors.h"
#include "job.h"

typedef bool (*item_function)(ddbc_workspace *, ddbc_legacy_job *, size_t, size_t *, ddbc_status *);

static bool work(call *c, item_function function, ddbc_legacy_job *jobs, size_t count, size_t *failed)
{
    if (c->bytes < GIL_RELEASE_BYTES) {
        return function(c->workspace, jobs, count, failed, &c->status);
    }
    bool done;
    call_guard(c);
    WITHOUT_GIL_BEGIN
    done = function(c->workspace, jobs, count, failed, &c->status);
    WITHOUT_GIL_END
    return done;
}

/* Large results go straight into Python's bytes; how large they are shows only once the item is verified. */
static bool decrypt_job(call *c, python_job *job, size_t *failed)
{
    if (job->large && (!work(c, ddbc_legacy_verify, &job->job, 1, failed) || !job_make_sinks(job))) {
        return false;
    }
    return work(c, ddbc_legacy_decrypt, &job->job, 1, failed);
}

static PyObject *run_one(PyObject *module, PyObject *const *given, Py_ssize_t count, bool encrypting)
{
    notation in;
    call c;
    if (!call_count(encrypting ? "encrypt_item" : "decrypt_item", count, JOB_ARGUMENTS + 1) ||
        !notation_in(given[1], &in) || !call_begin(&c, state_of_module(module))) {
        return NULL;
    }
    PyObject *const arguments[JOB_ARGUMENTS] = {given[0], given[2], given[3], given[4],
                                                given[5], given[6], given[7], given[8]};
    python_job job = {.sinks = NULL};
    size_t failed = 0;
    PyObject *out = NULL;
    if (job_in(&c, in, encrypting, arguments, &job) &&
        (encrypting ? work(&c, ddbc_legacy_encrypt, &job.job, 1, &failed) : decrypt_job(&c, &job, &failed))) {
        out = job_out(&c, in, encrypting, &job);
    }
    if (out == NULL) {
        call_raise(&c);
    }
    job_drop_sinks(&job);
    call_end(&c);
    return out;
}

PyObject *encrypt_item(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    return run_one(module, arguments, count, true);
}

PyObject *decrypt_item(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    return run_one(module, arguments, count, false);
}

/* ---- batches -------------------------------------------------------------------------------------------------- */

static bool batch_in(call *c, notation in, bool encrypting, PyObject *tuple, python_job *jobs, size_t *taken)
{
    Py_ssize_t count = PyTuple_Size(tuple);
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *job = PyTuple_GetItem(tuple, i);
        if (!PyTuple_Check(job) || PyTuple_Size(job) != JOB_ARGUMENTS) {
            PyErr_Format(PyExc_TypeError, "a job must be a tuple of %d arguments", JOB_ARGUMENTS);
            return false;
        }
        PyObject *arguments[JOB_ARGUMENTS];
        for (Py_ssize_t j = 0; j < JOB_ARGUMENTS; j++) {
            arguments[j] = PyTuple_GetItem(job, j);
        }
        bool done = job_in(c, in, encrypting, arguments, &jobs[i]);
        *taken = (size_t)i + 1;
        if (!done) {
            return false;
        }
    }
    return true;
}

/* The engine wants its jobs side by side, without what Python adds to them. */
static bool batch_work(call *c, bool encrypting, python_job *jobs, size_t count, size_t *failed)
{
    ddbc_legacy_job *engine_jobs = call_array(c, count, sizeof *engine_jobs);
    if (engine_jobs == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        engine_jobs[i] = jobs[i].job;
    }
    bool done = work(c, encrypting ? ddbc_legacy_encrypt : ddbc_legacy_decrypt, engine_jobs, count, failed);
    for (size_t i = 0; i < count; i++) {
        jobs[i].job = engine_jobs[i];
    }
    return done;
}

static PyObject *batch_out(call *c, notation out, bool encrypted, python_job *jobs, size_t count)
{
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; list != NULL && i < count; i++) {
        PyObject *item = job_out(c, out, encrypted, &jobs[i]);
        if (item == NULL || PyList_SetItem(list, (Py_ssize_t)i, item) < 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

static PyObject *run_batch(PyObject *module, PyObject *const *given, Py_ssize_t given_count, bool encrypting)
{
    notation in;
    call c;
    if (!call_count(encrypting ? "encrypt_items" : "decrypt_items", given_count, 2) || !notation_in(given[1], &in)) {
        return NULL;
    }
    PyObject *tuple = PySequence_Tuple(given[0]);
    if (tuple == NULL) {
        return NULL;
    }
    if (!call_begin(&c, state_of_module(module))) {
        Py_DECREF(tuple);
        return NULL;
    }
    call_guard(&c); /* an item's names and actions are looked up after values of those before it were taken in */
    size_t count = (size_t)PyTuple_Size(tuple);
    size_t taken = 0;
    size_t failed = 0;
    PyObject *out = NULL;
    python_job *jobs = call_array(&c, count, sizeof *jobs);
    if (jobs != NULL) {
        if (!batch_in(&c, in, encrypting, tuple, jobs, &taken)) {
            failed = taken > 0 ? taken - 1 : 0;
        } else if (batch_work(&c, encrypting, jobs, count, &failed)) {
            out = batch_out(&c, in, encrypting, jobs, count);
        }
    }
    if (out == NULL) {
        call_raise(&c);
        raise_with_index(c.state, failed);
    }
    for (size_t i = 0; i < taken; i++) {
        job_drop_sinks(&jobs[i]);
    }
    call_end(&c);
    Py_DECREF(tuple);
    return out;
}

PyObject *encrypt_items(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    return run_batch(module, arguments, count, true);
}

PyObject *decrypt_items(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    return run_batch(module, arguments, count, false);
}
