/* SPDX-License-Identifier: Apache-2.0
 * items: encrypt_item, decrypt_item and their batches, in three phases: take in, work without the GIL, give out. */
#include "items.h"

#include "batch.h"
#include "core/status.h"
#include "job.h"

/* Items side by side, and how far the work on them is. */
typedef struct item_work {
    bool encrypting;
    ddbc_legacy_job *jobs;
    python_job *parts;
    size_t count;
    bool settled;       /* decrypt: whether there are sinks to be made */
    bool wanting_sinks; /* that are to be made before it goes on */
} item_work;

/* Large results go straight into Python's bytes; which are to be, and how large, shows only once the items are
 * verified. */
static bool settle_sinks(item_work *w, ddbc_workspace *workspace, size_t *failed, ddbc_status *status)
{
    bool large = false;
    for (size_t i = 0; i < w->count; i++) {
        large = large || w->parts[i].large;
    }
    if (large && !ddbc_legacy_verify(workspace, w->jobs, w->count, failed, status)) {
        return false;
    }
    w->settled = true;
    for (size_t i = 0; large && i < w->count; i++) {
        w->wanting_sinks = (w->parts[i].large && !job_settle_sinks(&w->parts[i])) || w->wanting_sinks;
    }
    return true;
}

/* With the GIL or without. */
static bool go_on(item_work *w, ddbc_workspace *workspace, size_t *failed, ddbc_status *status)
{
    if (w->encrypting) {
        return ddbc_legacy_encrypt(workspace, w->jobs, w->count, failed, status);
    }
    if (!w->settled && !settle_sinks(w, workspace, failed, status)) {
        return false;
    }
    return w->wanting_sinks || ddbc_legacy_decrypt(workspace, w->jobs, w->count, failed, status);
}

static bool work(call *c, item_work *w, size_t *failed)
{
    if (c->bytes < GIL_RELEASE_BYTES) {
        return go_on(w, c->workspace, failed, &c->status);
    }
    bool done;
    call_guard(c);
    WITHOUT_GIL_BEGIN
    done = go_on(w, c->workspace, failed, &c->status);
    WITHOUT_GIL_END
    return done;
}

static bool make_sinks(item_work *w, size_t *failed)
{
    for (size_t i = 0; i < w->count; i++) {
        *failed = i;
        if (w->parts[i].large && !job_make_sinks(&w->parts[i])) {
            return false;
        }
    }
    w->wanting_sinks = false;
    return true;
}

static bool work_on(call *c, bool encrypting, ddbc_legacy_job *jobs, python_job *parts, size_t count, size_t *failed)
{
    item_work w = {encrypting, jobs, parts, count, false, false};
    return work(c, &w, failed) && (!w.wanting_sinks || (make_sinks(&w, failed) && work(c, &w, failed)));
}

static PyObject *run_one(PyObject *module, PyObject *const *given, Py_ssize_t count, bool encrypting)
{
    notation in;
    call c;
    if (!call_count(encrypting ? "encrypt_item" : "decrypt_item", count, JOB_ARGUMENTS + 2) ||
        !notation_in(given[1], &in) || !call_begin(&c, state_of_module(module))) {
        return NULL;
    }
    job_settings settings;
    ddbc_legacy_job job;
    python_job parts = {.job = &job};
    size_t failed = 0;
    PyObject *out = NULL;
    if (job_settings_in(&c, encrypting, given + 2, &settings) &&
        job_in(&c, in, encrypting, given[0], &settings, &parts) && work_on(&c, encrypting, &job, &parts, 1, &failed)) {
        call_settle(&c);
        out = job_out(&c, in, encrypting, &parts);
    }
    if (out == NULL) {
        call_raise(&c);
    }
    job_drop_sinks(&parts);
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

typedef struct legacy_group {
    call *c;
    notation in;
    bool encrypting;
    PyObject *items; /* tuples of one length */
    PyObject *arguments;
    PyObject *settled; /* the arguments that `settings` was made of, since most items have those of the one before */
    job_settings settings;
    names_before names;    /* of the group's items so far, for the settings to come */
    ddbc_legacy_job *jobs; /* the engine wants them side by side */
    python_job *parts;
} legacy_group;

static bool group_begin(void *of, size_t capacity)
{
    legacy_group *group = of;
    group->settled = NULL;
    group->names = (names_before){NULL, 0, 0};
    group->jobs = call_array(group->c, capacity, sizeof *group->jobs);
    group->parts = call_array(group->c, capacity, sizeof *group->parts);
    return group->jobs != NULL && group->parts != NULL;
}

/* Whether two tuples of arguments hold the very same objects, as those of items with like configurations do. */
static bool are_same(PyObject *settled, PyObject *given)
{
    if (settled == given || settled == NULL || !PyTuple_Check(given) || PyTuple_Size(given) != JOB_ARGUMENTS) {
        return settled == given;
    }
    for (Py_ssize_t i = 0; i < JOB_ARGUMENTS; i++) {
        if (DDBC_TUPLE_ITEM(settled, i) != DDBC_TUPLE_ITEM(given, i)) {
            return false;
        }
    }
    return true;
}

static bool settle(legacy_group *group, PyObject *given, PyObject *item)
{
    PyObject *arguments[JOB_ARGUMENTS];
    if (are_same(group->settled, given)) {
        return true;
    }
    if (group->names.names == NULL && PyDict_CheckExact(item) &&
        !names_before_new(group->c, (size_t)DDBC_DICT_SIZE(item), &group->names)) {
        return false;
    }
    if (!PyTuple_Check(given) || PyTuple_Size(given) != JOB_ARGUMENTS) {
        PyErr_Format(PyExc_TypeError, "an item's arguments must be a tuple of %d", JOB_ARGUMENTS);
        return false;
    }
    for (Py_ssize_t i = 0; i < JOB_ARGUMENTS; i++) {
        arguments[i] = PyTuple_GetItem(given, i);
    }
    group->settled = NULL;
    if (!job_settings_in(group->c, group->encrypting, arguments, &group->settings)) {
        return false;
    }
    group->settings.before = group->names;
    group->settled = given;
    return true;
}

static bool group_take(void *of, size_t index, size_t place)
{
    legacy_group *group = of;
    PyObject *item = DDBC_TUPLE_ITEM(group->items, (Py_ssize_t)index);
    group->parts[place] = (python_job){.job = &group->jobs[place]};
    return settle(group, DDBC_TUPLE_ITEM(group->arguments, (Py_ssize_t)index), item) &&
           job_in(group->c, group->in, group->encrypting, item, &group->settings, &group->parts[place]);
}

static bool group_work(void *of, size_t count, size_t *failed)
{
    legacy_group *group = of;
    return work_on(group->c, group->encrypting, group->jobs, group->parts, count, failed);
}

static bool group_is_quiet(const void *of, size_t place)
{
    const legacy_group *group = of;
    return batch_is_quiet(group->c, group->in, &group->jobs[place].item, group->parts[place].odd_names);
}

static PyObject *group_give(void *of, size_t place)
{
    legacy_group *group = of;
    return job_out(group->c, group->in, group->encrypting, &group->parts[place]);
}

static void group_drop(void *of, size_t count)
{
    legacy_group *group = of;
    for (size_t i = 0; i < count; i++) {
        job_drop_sinks(&group->parts[i]);
    }
}

static const batch_format legacy_format = {group_begin, group_take, group_work, group_is_quiet, group_give, group_drop};

static PyObject *run_group(PyObject *module, PyObject *items, PyObject *arguments, notation in, bool encrypting)
{
    call c;
    if (PyTuple_Size(items) != PyTuple_Size(arguments)) {
        PyErr_SetString(PyExc_TypeError, "there must be as many arguments as items");
        return NULL;
    }
    if (!call_begin(&c, state_of_module(module))) {
        return NULL;
    }
    legacy_group group = {.c = &c, .in = in, .encrypting = encrypting, .items = items, .arguments = arguments};
    PyObject *out = batch_run(&c, &legacy_format, &group, (size_t)PyTuple_Size(items));
    call_end(&c);
    return out;
}

static PyObject *run_batch(PyObject *module, PyObject *const *given, Py_ssize_t count, bool encrypting)
{
    notation in;
    if (!call_count(encrypting ? "encrypt_items" : "decrypt_items", count, 3) || !notation_in(given[2], &in)) {
        return NULL;
    }
    PyObject *items = PySequence_Tuple(given[0]);
    PyObject *arguments = items == NULL ? NULL : PySequence_Tuple(given[1]);
    PyObject *out = arguments == NULL ? NULL : run_group(module, items, arguments, in, encrypting);
    Py_XDECREF(items);
    Py_XDECREF(arguments);
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
