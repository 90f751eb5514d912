/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers: canonical form, exact to 38 digits, and the 28-digit form that the Python reference client signs. */
#include <stdlib.h>
#include <string.h>

#include "support/build.h"

#define TEN "0000000000"
#define ZEROS_50 TEN TEN TEN TEN TEN
#define ZEROS_100 ZEROS_50 ZEROS_50
#define NINES_38 "99999999999999999999999999999999999999"

typedef bool (*canonical_function)(ddbc_bytes, char[DDBC_NUMBER_MAX], size_t *, ddbc_status *);

typedef struct known {
    const char *text;
    const char *canonical;
} known;

static void check_known(canonical_function function, const known *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        /* The text has no NUL behind it, and nothing may be written beyond DDBC_NUMBER_MAX. */
        uint8_t *text = exact(view(rows[i].text));
        char *out = malloc(DDBC_NUMBER_MAX);
        size_t length = 0;
        ddbc_status status = {0};
        CHECK(out != NULL);
        test_note("%s", rows[i].text);
        CHECK_OK(function((ddbc_bytes){text, strlen(rows[i].text)}, out, &length, &status), &status);
        CHECK_BYTES(((ddbc_bytes){(const uint8_t *)out, length}), view(rows[i].canonical));
        free(out);
        free(text);
    }
}

static const known plain_rows[] = {
    {"0", "0"},
    {"1", "1"},
    {"-1", "-1"},
    {"+1", "1"},
    {"10", "10"},
    {"1.0", "1"},
    {"1.50", "1.5"},
    {"-1.50", "-1.5"},
    {"15E-1", "1.5"},
    {"15e-1", "1.5"},
    {"0.15E1", "1.5"},
    {"0.15E+1", "1.5"},
    {"007", "7"},
    {"-007.700", "-7.7"},
    {"00.5", "0.5"},
    {"1E3", "1000"},
    {"1E+003", "1000"},
    {"12300E-2", "123"},
    {"12345E-2", "123.45"},
    {"12345E-5", "0.12345"},
    {"12345E-6", "0.012345"},
    {"100E-2", "1"},
    {"100.00", "100"},
    /* Every zero is one zero, its sign and exponent gone. */
    {"-0", "0"},
    {"+0", "0"},
    {"0.000", "0"},
    {"-0.00E5", "0"},
    {"0E125", "0"},
    {"0E-130", "0"},
    {"000000", "0"},
};

static void plain_notation(void)
{
    check_known(ddbc_number_canonical, plain_rows, sizeof plain_rows / sizeof plain_rows[0]);
    check_known(ddbc_number_canonical_28, plain_rows, sizeof plain_rows / sizeof plain_rows[0]);
}

static void thirty_eight_digits_are_exact(void)
{
    static const known rows[] = {
        {NINES_38, NINES_38},
        {"-" NINES_38, "-" NINES_38},
        {"12345678901234567890123456789012345678", "12345678901234567890123456789012345678"},
        {"1.2345678901234567890123456789012345678", "1.2345678901234567890123456789012345678"},
        {"0.00012345678901234567890123456789012345678", "0.00012345678901234567890123456789012345678"},
        {"12345678901234567890123456789012345678E-38", "0.12345678901234567890123456789012345678"},
        {"12345678901234567890123456789012345678E10", "12345678901234567890123456789012345678" TEN},
        /* Zeros at either end are not significant digits. */
        {"1" ZEROS_50, "1" ZEROS_50},
        {ZEROS_50 "1", "1"},
        {"1." ZEROS_50, "1"},
        {"0." ZEROS_50 "1", "0." ZEROS_50 "1"},
        {ZEROS_100 "." ZEROS_100, "0"},
        {"000" NINES_38 ".000", NINES_38},
    };
    check_known(ddbc_number_canonical, rows, sizeof rows / sizeof rows[0]);
}

static void largest_and_smallest(void)
{
    static const known rows[] = {
        /* 1E-130: 129 zeros between the point and the digit. */
        {"1E-130", "0." ZEROS_100 TEN TEN "0000000001"},
        {"-1E-130", "-0." ZEROS_100 TEN TEN "0000000001"},
        {"1E125", "1" ZEROS_100 TEN TEN "00000"},
        /* 38 nines, then 88 zeros. */
        {"9.9999999999999999999999999999999999999E125", NINES_38 ZEROS_50 TEN TEN TEN "00000000"},
        {"-9.9999999999999999999999999999999999999E+125", "-" NINES_38 ZEROS_50 TEN TEN TEN "00000000"},
        {NINES_38 "E88", NINES_38 ZEROS_50 TEN TEN TEN "00000000"},
        {"0.00001E-125", "0." ZEROS_100 TEN TEN "0000000001"},
        {"10E-131", "0." ZEROS_100 TEN TEN "0000000001"},
    };
    check_known(ddbc_number_canonical, rows, sizeof rows / sizeof rows[0]);
}

static void longest_output_fits(void)
{
    /* The smallest magnitude with all 38 digits is the longest text that can come out, if it is taken at all. */
    ddbc_bytes text = view("-1.2345678901234567890123456789012345678E-130");
    char out[DDBC_NUMBER_MAX];
    size_t length = 0;
    ddbc_status status = {0};
    CHECK_OK(ddbc_number_canonical(text, out, &length, &status), &status);
    CHECK_BYTES(((ddbc_bytes){(const uint8_t *)out, length}),
                view("-0." ZEROS_100 TEN TEN "00000000012345678901234567890123456789012345678"));
    CHECK(length <= DDBC_NUMBER_MAX);
}

static void check_refused(ddbc_bytes text)
{
    static const canonical_function functions[] = {ddbc_number_canonical, ddbc_number_canonical_28};
    for (size_t i = 0; i < 2; i++) {
        uint8_t *copy = exact(text);
        char out[DDBC_NUMBER_MAX] = {'#', '#'};
        size_t length = 4711;
        ddbc_status status = {0};
        CHECK_CODE(functions[i]((ddbc_bytes){copy, text.len}, out, &length, &status), &status, DDBC_INVALID_NUMBER);
        CHECK(length == 4711);
        free(copy);
    }
}

static void refuses_what_is_no_number(void)
{
    static const char *const rows[] = {
        "",
        "+",
        "-",
        ".",
        "e",
        "E5",
        "abc",
        "1_000",
        " 1",
        "1 ",
        "1\n",
        "\t1",
        "--1",
        "+-1",
        "1-",
        "1e",
        "1E+",
        "1E-",
        "1E5.5",
        "1E5E5",
        "1.2.3",
        "1..2",
        "0x10",
        "1,5",
        "1f",
        "1d",
        "1L",
        "NaN",
        "-NaN",
        "sNaN",
        "nan",
        "NaN123",
        "inf",
        "Infinity",
        "-Infinity",
        "+inf",
        "1E 5",
        "1E--5",
        "(1)",
        "#1",
        "\xd9\xa1",     /* ARABIC-INDIC DIGIT ONE */
        "\xef\xbc\x91", /* FULLWIDTH DIGIT ONE */
        "1\xc2\xa0",
        "\xff",
        "0b1",
        "1/2",
        "1e+-5",
        "++1",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        test_note("%s", rows[i]);
        check_refused(view(rows[i]));
    }
    test_note("NUL inside");
    check_refused((ddbc_bytes){(const uint8_t *)"1\0002", 3});
    check_refused((ddbc_bytes){(const uint8_t *)"1\000", 2});
    check_refused((ddbc_bytes){NULL, 0});
}

static void refuses_what_dynamodb_cannot_hold(void)
{
    static const char *const rows[] = {
        "1" NINES_38, /* 39 digits */
        "-1" NINES_38,
        "0." NINES_38 "1",
        "1." NINES_38,
        "1" ZEROS_50 "1",
        "1E126",
        "-1E126",
        "10E125",
        "1" ZEROS_100 TEN TEN "000000", /* 1E126 written out */
        "1E-131",
        "-1E-131",
        "0.1E-130",
        NINES_38 "E89",
        "1E400",
        "1E+400",
        "1E-400",
        "1E2147483647",
        "1E2147483648",
        "1E-2147483649",
        "1E9223372036854775807",
        "1E9223372036854775808",
        "1E18446744073709551616",
        "1E18446744073709551617",
        "1E-18446744073709551617",
        "1E99999999999999999999999999999999999999999999",
        "1E-99999999999999999999999999999999999999999999",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        test_note("%s", rows[i]);
        check_refused(view(rows[i]));
    }
}

static void refuses_texts_too_long_to_look_at(void)
{
    /* "0" repeated is zero, so only the length can be what is refused. */
    char text[DDBC_NUMBER_TEXT_MAX + 1];
    char out[DDBC_NUMBER_MAX];
    size_t length = 0;
    ddbc_status status = {0};
    memset(text, '0', sizeof text);
    ddbc_bytes longest = {(const uint8_t *)text, DDBC_NUMBER_TEXT_MAX};
    CHECK_OK(ddbc_number_canonical(longest, out, &length, &status), &status);
    CHECK_BYTES(((ddbc_bytes){(const uint8_t *)out, length}), view("0"));
    longest.len++;
    check_refused(longest);
}

static void rounds_half_even_to_28_digits(void)
{
    static const known rows[] = {
        /* 28 digits stay. */
        {"1234567890123456789012345678", "1234567890123456789012345678"},
        {"0.1234567890123456789012345678", "0.1234567890123456789012345678"},
        /* Below and above the middle. */
        {"12345678901234567890123456784", "12345678901234567890123456780"},
        {"12345678901234567890123456786", "12345678901234567890123456790"},
        /* In the middle: to the even neighbour, 8 stays and 7 goes up. */
        {"12345678901234567890123456785", "12345678901234567890123456780"},
        {"12345678901234567890123456775", "12345678901234567890123456780"},
        {"-12345678901234567890123456775", "-12345678901234567890123456780"},
        /* Any digit after the middle tips it. */
        {"123456789012345678901234567850000001", "123456789012345678901234567900000000"},
        {"1234567890123456789012345678.5", "1234567890123456789012345678"},
        {"1234567890123456789012345677.5", "1234567890123456789012345678"},
        {"1234567890123456789012345678.5000000001", "1234567890123456789012345679"},
        /* A carry through all digits. */
        {"99999999999999999999999999995", "100000000000000000000000000000"},
        {"0.99999999999999999999999999996", "1"},
        {NINES_38, "1" TEN TEN TEN "00000000"},
        /* A rounded digit of zero is not significant any more. */
        {"12345678901234567890123456704", "12345678901234567890123456700"},
        {"1.0000000000000000000000000000000000001", "1"},
        {"12345678901234567890123456789012345678", "12345678901234567890123456790000000000"},
        /* Past DynamoDB's largest by the carry alone: the reference signs it, so it has to come out. */
        {NINES_38 "E88", "1" ZEROS_100 TEN TEN "000000"},
    };
    check_known(ddbc_number_canonical_28, rows, sizeof rows / sizeof rows[0]);
}

static void parse_keeps_text_and_canonical(void)
{
    rig r = rig_open(NULL);
    ddbc_number number = {0};
    ddbc_bytes text = view("+001.500E+2");
    CHECK_OK(ddbc_number_parse(r.workspace, text, &number, &r.status), &r.status);
    CHECK_BYTES(number.text, text);
    CHECK_BYTES(number.canonical, view("150"));

    ddbc_number untouched = number;
    CHECK_CODE(ddbc_number_parse(r.workspace, view("1e"), &number, &r.status), &r.status, DDBC_INVALID_NUMBER);
    CHECK(memcmp(&untouched, &number, sizeof number) == 0);
    rig_close(&r);
}

TEST_MAIN(TEST(plain_notation), TEST(thirty_eight_digits_are_exact), TEST(largest_and_smallest),
          TEST(longest_output_fits), TEST(refuses_what_is_no_number), TEST(refuses_what_dynamodb_cannot_hold),
          TEST(refuses_texts_too_long_to_look_at), TEST(rounds_half_even_to_28_digits),
          TEST(parse_keeps_text_and_canonical))
