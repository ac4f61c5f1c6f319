/* SPDX-License-Identifier: MIT */
/* test_addr.c - socket addresses are read as the kernel reads them.  */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "policy/addr.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define LETTERS_100                                                            \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"                   \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LETTERS_108 LETTERS_100 "bbbbbbbb"

/* An address is the family, then these bytes, zeros up to the length. */
struct row {
	const char *what;
	sa_family_t family;
	size_t len;
	const char *bytes;
	size_t bytes_len;
	enum addr_kind kind;
	const char *name;
	size_t name_len;
	const char *text;
};

#define BYTES(literal) literal, sizeof(literal) - 1
#define NO_NAME	       "", 0
#define IP6_1	       "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"

static const struct row rows[] = {
	{"no bytes", AF_UNIX, 0, BYTES(""), ADDR_INVALID, NO_NAME,
	 "invalid address"},
	{"half a family", AF_UNIX, 1, BYTES(""), ADDR_INVALID, NO_NAME,
	 "invalid address"},
	{"unspec", AF_UNSPEC, 2, BYTES(""), ADDR_UNSPEC, NO_NAME, "unspec"},
	{"long unspec", AF_UNSPEC, 16, BYTES(""), ADDR_UNSPEC, NO_NAME,
	 "unspec"},
	{"longest unspec", AF_UNSPEC, 128, BYTES(""), ADDR_UNSPEC, NO_NAME,
	 "unspec"},
	{"too long unspec", AF_UNSPEC, 129, BYTES(""), ADDR_INVALID, NO_NAME,
	 "invalid address"},
	{"autobind", AF_UNIX, 2, BYTES(""), ADDR_AUTOBIND, NO_NAME,
	 "unix (autobind)"},
	{"abstract without a name", AF_UNIX, 3, BYTES("\0"), ADDR_ABSTRACT,
	 BYTES(""), "unix:@"},
	{"abstract", AF_UNIX, 6, BYTES("\0abc"), ADDR_ABSTRACT, BYTES("abc"),
	 "unix:@abc"},
	{"abstract ends at the length", AF_UNIX, 5, BYTES("\0abc"),
	 ADDR_ABSTRACT, BYTES("ab"), "unix:@ab"},
	{"abstract with NULs", AF_UNIX, 7, BYTES("\0a\0b\0"), ADDR_ABSTRACT,
	 BYTES("a\0b\0"), "unix:@a\\x00b\\x00"},
	{"abstract, all NULs", AF_UNIX, 5, BYTES("\0\0\0"), ADDR_ABSTRACT,
	 BYTES("\0\0"), "unix:@\\x00\\x00"},
	{"longest abstract", AF_UNIX, 110, BYTES("\0" LETTERS_100 "ccccccc"),
	 ADDR_ABSTRACT, BYTES(LETTERS_100 "ccccccc"),
	 "unix:@" LETTERS_100 "ccccccc"},
	{"too long abstract", AF_UNIX, 111, BYTES("\0abc"), ADDR_INVALID,
	 NO_NAME, "invalid address"},
	{"path", AF_UNIX, 8, BYTES("/run/x"), ADDR_PATH, BYTES("/run/x"),
	 "unix:/run/x"},
	{"path ends at NUL", AF_UNIX, 12, BYTES("/run/x\0yz"), ADDR_PATH,
	 BYTES("/run/x"), "unix:/run/x"},
	{"path ends at the length", AF_UNIX, 6, BYTES("/run/x"), ADDR_PATH,
	 BYTES("/run"), "unix:/run"},
	{"one byte path", AF_UNIX, 3, BYTES("x"), ADDR_PATH, BYTES("x"),
	 "unix:x"},
	{"path with @", AF_UNIX, 5, BYTES("@ab"), ADDR_PATH, BYTES("@ab"),
	 "unix:./@ab"},
	{"path of 108 bytes", AF_UNIX, 110, BYTES(LETTERS_108), ADDR_PATH,
	 BYTES(LETTERS_108), "unix:" LETTERS_108},
	{"path that is too long", AF_UNIX, 111, BYTES(LETTERS_108),
	 ADDR_INVALID, NO_NAME, "invalid address"},
	{"escapes", AF_UNIX, 20, BYTES("a\n\033[1m\\\xff\xc3\xa9"), ADDR_PATH,
	 BYTES("a\n\033[1m\\\xff\xc3\xa9"),
	 "unix:a\\x0a\\x1b[1m\\x5c\\xff\xc3\xa9"},
	{"bidi override", AF_UNIX, 6, BYTES("\xe2\x80\xaex"), ADDR_PATH,
	 BYTES("\xe2\x80\xaex"), "unix:\\xe2\\x80\\xaex"},
	{"inet", AF_INET, 16, BYTES("\1\273\1\2\3\4"), ADDR_INET, NO_NAME,
	 "1.2.3.4:443"},
	{"long inet", AF_INET, 128, BYTES("\0\120\177\0\0\1"), ADDR_INET,
	 NO_NAME, "127.0.0.1:80"},
	{"short inet", AF_INET, 15, BYTES("\0\120\177\0\0\1"), ADDR_INVALID,
	 NO_NAME, "invalid address"},
	{"inet6", AF_INET6, 28, BYTES("\0\120\0\0\0\0" IP6_1), ADDR_INET6,
	 NO_NAME, "[::1]:80"},
	{"inet6 of RFC 2133", AF_INET6, 24, BYTES("\0\120\0\0\0\0" IP6_1),
	 ADDR_INET6, NO_NAME, "[::1]:80"},
	{"short inet6", AF_INET6, 23, BYTES("\0\120\0\0\0\0" IP6_1),
	 ADDR_INVALID, NO_NAME, "invalid address"},
	{"inet6 any", AF_INET6, 28, BYTES(""), ADDR_INET6, NO_NAME, "[::]:0"},
	{"inet6 mapped", AF_INET6, 28,
	 BYTES("\0\120\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\1\2\3\4"),
	 ADDR_INET6, NO_NAME, "[::ffff:1.2.3.4]:80"},
	{"inet6, longest run of zeros", AF_INET6, 28,
	 BYTES("\0\120\0\0\0\0\x20\1\0\0\0\0\0\1\0\0\0\0\0\0\0\1"), ADDR_INET6,
	 NO_NAME, "[2001:0:0:1::1]:80"},
	{"inet6, first of two runs", AF_INET6, 28,
	 BYTES("\0\120\0\0\0\0\x20\1\0\0\0\0\0\1\0\1\0\0\0\0\0\1"), ADDR_INET6,
	 NO_NAME, "[2001::1:1:0:0:1]:80"},
	{"inet6, a single zero stays", AF_INET6, 28,
	 BYTES("\0\120\0\0\0\0\x20\1\xd\xb8\0\0\0\1\0\1\0\1\0\1\xab\xcd"),
	 ADDR_INET6, NO_NAME, "[2001:db8:0:1:1:1:1:abcd]:80"},
	{"inet6, zeros at the end", AF_INET6, 28,
	 BYTES("\0\120\0\0\0\0\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
	 ADDR_INET6, NO_NAME, "[fe80::]:80"},
	{"inet6 full", AF_INET6, 28,
	 BYTES("\0\120\0\0\0\0\0\1\0\2\0\3\0\4\0\5\0\6\0\7\0\10"), ADDR_INET6,
	 NO_NAME, "[1:2:3:4:5:6:7:8]:80"},
	{"other family", AF_VSOCK, 16, BYTES("abc"), ADDR_OTHER, NO_NAME,
	 "family 40"},
	{"other family, no more", AF_NETLINK, 2, BYTES(""), ADDR_OTHER, NO_NAME,
	 "family 16"},
};

static void check_row(const struct row *row, char *bytes)
{
	char text[ADDR_TEXT_MAX];
	struct addr addr;

	memset(&addr, 0x5a, sizeof(addr));
	addr_decode(&addr, bytes, row->len);
	if (addr.kind != row->kind)
		print_error("row: %s\n", row->what);
	assert_int_equal(addr.kind, row->kind);
	assert_int_equal(addr.family, row->len < 2 || row->len > 128
					      ? AF_UNSPEC
					      : row->family);
	assert_int_equal(addr.name_len, row->name_len);
	assert_memory_equal(addr.name, row->name, row->name_len);
	assert_int_equal(addr.name[addr.name_len], '\0');
	assert_ptr_equal(addr_text(&addr, text, sizeof(text)), text);
	assert_string_equal(text, row->text);
}

/* Each from a heap block of exactly its size, so that ASan and valgrind see a
 * byte read too far, and once more unaligned. */
static void decodes_every_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct row *row = &rows[i];
		char full[256] = {0};
		char *copy = malloc(row->len + 1);

		assert_non_null(copy);
		memcpy(full, &row->family, sizeof(row->family));
		memcpy(full + 2, row->bytes, row->bytes_len);
		memcpy(copy + 1, full, row->len);
		check_row(row, copy + 1);
		free(copy);
		copy = malloc(row->len ? row->len : 1);
		assert_non_null(copy);
		memcpy(copy, full, row->len);
		check_row(row, copy);
		free(copy);
	}
}

static void keeps_port_address_and_scope(void **state)
{
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(4660),
		.sin6_scope_id = 7,
		.sin6_addr = {{{0xfe, 0x80, [15] = 9}}},
	};
	char text[ADDR_TEXT_MAX];
	struct addr addr;

	(void)state;
	addr_decode(&addr, &in6, sizeof(in6));
	assert_int_equal(addr.kind, ADDR_INET6);
	assert_int_equal(addr.port, 4660);
	assert_int_equal(addr.scope, 7);
	assert_memory_equal(addr.ip, &in6.sin6_addr, 16);
	assert_string_equal(addr_text(&addr, text, sizeof(text)),
			    "[fe80::9%7]:4660");
	/* Too short for a scope: the kernel takes it as 0. */
	addr_decode(&addr, &in6, 24);
	assert_int_equal(addr.scope, 0);
	addr_decode(&addr, &in6, 27);
	assert_int_equal(addr.scope, 0);
}

static void text_never_exceeds_its_buffer(void **state)
{
	char bytes[110];
	struct addr addr;
	char text[ADDR_TEXT_MAX + 1];
	sa_family_t family = AF_UNIX;

	(void)state;
	memset(bytes, 1, sizeof(bytes));
	memcpy(bytes, &family, sizeof(family));
	addr_decode(&addr, bytes, sizeof(bytes));
	addr_text(&addr, text, ADDR_TEXT_MAX);
	assert_int_equal(strlen(text), 5 + 4 * 108);
	for (size_t size = 1; size < 64; size++) {
		memset(text, '#', sizeof(text));
		addr_text(&addr, text, size);
		assert_true(strlen(text) < size);
		assert_int_equal(text[size], '#');
		/* An escape is whole or absent. */
		if (strlen(text) >= 5)
			assert_int_equal((strlen(text) - 5) % 4, 0);
	}
	text[0] = '#';
	addr_text(&addr, text, 0);
	assert_int_equal(text[0], '#');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_every_kind),
		cmocka_unit_test(keeps_port_address_and_scope),
		cmocka_unit_test(text_never_exceeds_its_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
