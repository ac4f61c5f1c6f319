/* SPDX-License-Identifier: MIT */
/* test_inet_bytes.c - a range of addresses as bytes and as text is the same
 * again, and forged bytes are none. */
#include "inet_form.h"

#include <stdio.h>

#define PORTS_AT 18 /* of the bytes: two numbers, high byte first */

static bool same(const struct inet_range *a, const struct inet_range *b)
{
	return a->family == b->family && a->bits == b->bits &&
	       a->low == b->low && a->high == b->high &&
	       memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

/* From a block of exactly its size. */
static bool get(struct inet_range *range, const void *bytes, size_t len)
{
	char *exact = malloc(len ? len : 1);
	bool found;

	assert_non_null(exact);
	memcpy(exact, bytes, len);
	found = inet_range_get(range, exact, len);
	free(exact);
	return found;
}

static const char *text_of(const struct inet_range *range)
{
	static char buf[64];
	struct text text;

	text_open(&text, buf, sizeof(buf));
	inet_range_text(&text, range);
	assert_true(text_length(&text) > 0);
	return buf;
}

/* As bytes, and as text, and back. */
static void round_trip(const char *given, enum inet_form form, const char *text)
{
	struct inet_range range, again;
	char bytes[INET_RANGE_SIZE + 1];

	assert_null(parse(&range, given, form, lookup));
	bytes[INET_RANGE_SIZE] = '#';
	inet_range_put(&range, bytes);
	assert_int_equal(bytes[INET_RANGE_SIZE], '#');
	assert_true(get(&again, bytes, INET_RANGE_SIZE));
	assert_true(same(&range, &again));
	assert_string_equal(text_of(&range), text);
	if (parse(&again, text, form, NULL) || !same(&range, &again))
		fail_msg("%s is not what %s is", text, given);
}

static void texts(void **state)
{
	static const char *const connect[][2] = {
		{"127.0.0.1:80", "127.0.0.1:80"},
		{"10.0.0.0/8:1-65535", "10.0.0.0/8:1-65535"},
		{"0.0.0.0/0:*", "0.0.0.0/0:1-65535"},
		{"0.0.0.0/31:80-80", "0.0.0.0/31:80"},
		{"*:https", "*:443"},
		{"[::1]:ftp-data-ftp", "[::1]:20-21"},
		{"[0:0:0:0:0:0:0:1]/128:00080", "[::1]:80"},
		{"[::]/0:80", "[::]/0:80"},
		{"[2001:DB8::]/32:80", "[2001:db8::]/32:80"},
		{"[::ffff:10.0.0.0]/104:80", "10.0.0.0/8:80"},
		{"[::ffff:10.1.2.3]:80", "10.1.2.3:80"},
		{"[::10.1.2.3]:80", "[::a01:203]:80"},
		{"[1:0:0:2:0:0:0:3]:80", "[1:0:0:2::3]:80"},
		{"[::ffff:0:0:0]/80:80", "[::ffff:0:0:0]/80:80"},
	};
	static const char *const listen[][2] = {
		{"3000", "*:3000"},
		{"*", "*:1-65535"},
		{"[::]:3000", "*:3000"},
		{"127.0.0.1:3000-3001", "127.0.0.1:3000-3001"},
		{"[::1]:3000", "[::1]:3000"},
		{"0.0.0.0:3000", "0.0.0.0/0:3000"},
		{"[::ffff:0.0.0.0]:3000", "0.0.0.0/0:3000"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(connect); i++)
		round_trip(connect[i][0], INET_CONNECT, connect[i][1]);
	for (size_t i = 0; i < COUNT_OF(listen); i++)
		round_trip(listen[i][0], INET_LISTEN, listen[i][1]);
}

static void the_format(void **state)
{
	static const char want[INET_RANGE_SIZE] = {
		4, 8, 10, [PORTS_AT] = 0x12, 0x34, (char)0xab, (char)0xcd};
	struct inet_range range = {.family = INET_V4,
				   .bits = 8,
				   .ip = {10},
				   .low = 0x1234,
				   .high = 0xabcd};
	char bytes[INET_RANGE_SIZE];

	(void)state;
	memset(bytes, 0x5a, sizeof(bytes));
	inet_range_put(&range, bytes);
	assert_memory_equal(bytes, want, sizeof(want));
}

/* A text that does not fit is not half of one. */
static void texts_that_do_not_fit(void **state)
{
	struct inet_range range;
	const char *whole = "[2001:db8::]/32:8000-8010";
	char buf[64];
	struct text text;

	(void)state;
	assert_null(parse(&range, whole, INET_CONNECT, NULL));
	for (size_t size = 0; size < sizeof(buf); size++) {
		memset(buf, '#', sizeof(buf));
		text_open(&text, buf, size);
		inet_range_text(&text, &range);
		assert_int_equal(text_length(&text) >= 0, size > strlen(whole));
		assert_int_equal(buf[size], '#');
	}
}

/* ---- forged bytes ------------------------------------------------------- */

/* What a range is, said once more: every bit of the 22 bytes counts. */
static bool is_range(const uint8_t *b)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	const int most = b[0] == 4 ? 32 : b[0] == 6 ? 128 : 0;
	const int low = b[18] * 256 + b[19], high = b[20] * 256 + b[21];

	if (b[0] != 0 && b[0] != 4 && b[0] != 6)
		return false;
	for (int i = b[1]; i < 128; i++)
		if (b[2 + i / 8] & (128 >> i % 8))
			return false;
	if (b[0] == 6 && memcmp(b + 2, mapped, sizeof(mapped)) == 0)
		return false;
	return b[1] <= most && low >= 1 && low <= high;
}

static void compare(const uint8_t *bytes)
{
	struct inet_range range, again;
	char put[INET_RANGE_SIZE];

	if (get(&range, bytes, INET_RANGE_SIZE) != is_range(bytes))
		fail_msg("family %d, %d bits", bytes[0], bytes[1]);
	if (!is_range(bytes))
		return;
	inet_range_put(&range, put);
	assert_memory_equal(put, bytes, sizeof(put));
	/* Nothing is there to connect to, so it is not taken. */
	if (parse(&again, text_of(&range), INET_CONNECT, NULL) == NULL)
		assert_true(same(&range, &again));
	else
		assert_true(range.bits == (range.family == INET_V4 ? 32 : 128));
}

static void every_byte_forged(void **state)
{
	static const char *const given[] = {
		"10.0.0.0/8:80-90",
		"127.0.0.1:65535",
		"[::1]:1",
		"[2001:db8::]/33:80",
		"*:*",
		"0.0.0.0/0:256-512",
		"[::ffff:0:0:0]/80:255",
		"[::]/0:80",
		"[::ffff:7f00:0:0]/96:80",
		"[::fffe:0:0]/95:80",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(given); i++) {
		struct inet_range range;
		uint8_t bytes[INET_RANGE_SIZE];

		assert_null(parse(&range, given[i], INET_CONNECT, NULL));
		for (int at = 0; at < INET_RANGE_SIZE; at++)
			for (int value = 0; value < 256; value++) {
				inet_range_put(&range, (char *)bytes);
				bytes[at] = (uint8_t)value;
				compare(bytes);
			}
	}
}

static void every_family_and_length(void **state)
{
	uint8_t bytes[INET_RANGE_SIZE] = {[19] = 1, [21] = 2};

	(void)state;
	for (int set = -1; set < 128; set++)
		for (int family = 0; family < 256; family++)
			for (int bits = 0; bits < 256; bits += 1 + (set > 0)) {
				if (family > 6 && bits > 2)
					break;
				memset(bytes + 2, 0, 16);
				if (set >= 0)
					bytes[2 + set / 8] =
						(uint8_t)(128 >> set % 8);
				bytes[0] = (uint8_t)family;
				bytes[1] = (uint8_t)bits;
				compare(bytes);
			}
}

static void other_lengths(void **state)
{
	static const char zero[64];
	struct inet_range range;
	char bytes[64];

	(void)state;
	for (size_t len = 0; len < sizeof(bytes); len++) {
		memset(bytes, 0, sizeof(bytes));
		bytes[19] = bytes[21] = 80;
		assert_int_equal(get(&range, bytes, len),
				 len == INET_RANGE_SIZE);
		assert_false(get(&range, zero, len));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(the_format),
		cmocka_unit_test(texts_that_do_not_fit),
		cmocka_unit_test(every_byte_forged),
		cmocka_unit_test(every_family_and_length),
		cmocka_unit_test(other_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
