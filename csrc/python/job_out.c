/* SPDX-License-Identifier: Apache-2.0 */
#include "job.h"

/* The value of attribute `i`, which takes the sink's bytes where they were written to. */
static PyObject *attribute_out(call *c, notation out, python_job *job, size_t i)
{
    const ddbc_item_attribute *attribute = &job->job->item.attributes[i];
    if (attribute->unread.ptr != NULL) {
        return named_out(c, attribute->name, legacy_bytes_out(c, out, attribute->unread));
    }
    return attribute->sink == NULL ? value_out(c, out, &attribute->value) : binary_out(c, out, job_take_sink(job, i));
}

/* `value` is stolen. */
static bool put(PyObject *item, PyObject *name, PyObject *value)
{
    bool done = value != NULL && PyDict_SetItem(item, name, value) == 0;
    Py_XDECREF(value);
    return done;
}

PyObject *job_out(call *c, notation out, bool encrypted, python_job *job)
{
    PyObject *item = new_dict(job->job->item.count + 2);
    bool done = item != NULL;
    for (size_t i = 0; done && i < job->job->item.count; i++) {
        done = put(item, job->names[i], attribute_out(c, out, job, i));
    }
    if (done && encrypted) {
        done = put(item, c->state->signature_name, binary_out(c, out, bytes_out(job->job->signature))) &&
               put(item, c->state->description_name, binary_out(c, out, bytes_out(job->job->description)));
    }
    if (!done) {
        Py_CLEAR(item);
    }
    return item;
}
