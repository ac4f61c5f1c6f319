/* SPDX-License-Identifier: MIT */
/* test_address.c - addresses that are odd, wrong or unreadable: whatever the
 * policy does not clearly refuse is answered by the kernel itself. */
#include "harness.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1 /* its interceptors follow pointers before us */
#else
#define SANITIZED 0
#endif

#define ROOM 160
#define PAGE 4096L

enum { REFUSED = 1 << 0, BIND = 1 << 1, DGRAM = 1 << 2, SEND = 1 << 3 };

struct row {
	const char *what;
	sa_family_t family;
	const char *bytes; /* after the family */
	size_t count;	   /* of bytes */
	socklen_t len;	   /* as given to the call */
	int socket;	   /* family of the socket */
	int flags;	   /* what we refuse; else the kernel answers */
	int error;	   /* REFUSED: errno */
};

#define PATH_107                                                               \
	"/nosuchdirectory/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"     \
	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define TEXT(text)  (text), sizeof(text) - 1
#define V4_LOOPBACK "\0\11\177\0\0\1\0\0\0\0\0\0\0\0"
#define V6_MAPPED   "\0\11\0\0\0\0\0\0\0\0\0\0\0\0\0\0\377\377\177\0\0\1\0\0\0\0"

static const struct row rows[] = {
	{"length 0", AF_UNIX, TEXT("/x"), 0, AF_UNIX, 0, 0},
	{"length 1", AF_UNIX, TEXT("/x"), 1, AF_UNIX, 0, 0},
	{"length 2 to connect", AF_UNIX, TEXT("/x"), 2, AF_UNIX, 0, 0},
	{"autobind", AF_UNIX, TEXT("/x"), 2, AF_UNIX, BIND | REFUSED, EACCES},
	{"no NUL, missing", AF_UNIX, TEXT("/nosuch"), 9, AF_UNIX, 0, 0},
	{"107 bytes", AF_UNIX, TEXT(PATH_107), 109, AF_UNIX, 0, 0},
	{"108 bytes", AF_UNIX, TEXT(PATH_107 "b"), 110, AF_UNIX, 0, 0},
	{"109 bytes", AF_UNIX, TEXT(PATH_107 "bb"), 111, AF_UNIX, 0, 0},
	{"128 bytes", AF_UNIX, TEXT("/nosuch"), 128, AF_UNIX, 0, 0},
	{"129 bytes", AF_UNIX, TEXT("/nosuch"), 129, AF_UNIX, 0, 0},
	{"length -1", AF_UNIX, TEXT("/nosuch"), (socklen_t)-1, AF_UNIX, 0, 0},
	{"length INT_MAX", AF_UNIX, TEXT("/x"), INT32_MAX, AF_UNIX, 0, 0},
	{"embedded NUL", AF_UNIX, TEXT("/nosuch\0/tail"), 16, AF_UNIX, 0, 0},
	{"empty path", AF_UNIX, TEXT("\0"), 3, AF_UNIX, REFUSED, ECONNREFUSED},
	{"abstract", AF_UNIX, TEXT("\0nobody"), 9, AF_UNIX, REFUSED,
	 ECONNREFUSED},
	{"binary abstract", AF_UNIX, TEXT("\0\0\377\n\0"), 7, AF_UNIX, REFUSED,
	 ECONNREFUSED},
	{"long abstract", AF_UNIX, TEXT("\0x"), 110, AF_UNIX, REFUSED,
	 ECONNREFUSED},
	{"abstract to bind", AF_UNIX, TEXT("\0x"), 4, AF_UNIX, BIND | REFUSED,
	 EACCES},
	{"bind to .", AF_UNIX, TEXT("."), 4, AF_UNIX, BIND, 0},
	{"bind to /", AF_UNIX, TEXT("/"), 4, AF_UNIX, BIND, 0},
	{"bind to /tmp/..", AF_UNIX, TEXT("/tmp/.."), 10, AF_UNIX, BIND, 0},
	{"bind to /tmp/", AF_UNIX, TEXT("/tmp/"), 8, AF_UNIX, BIND, 0},
	{"bind to /tmp", AF_UNIX, TEXT("/tmp"), 7, AF_UNIX, BIND | REFUSED,
	 EADDRINUSE},
	{"bind below a file", AF_UNIX, TEXT("/etc/passwd/x"), 16, AF_UNIX, BIND,
	 0},
	{"bind below nothing", AF_UNIX, TEXT("/nosuch/x"), 12, AF_UNIX, BIND,
	 0},
	{"AF_UNSPEC", AF_UNSPEC, TEXT("/x"), 16, AF_UNIX, 0, 0},
	{"AF_UNSPEC on dgram", AF_UNSPEC, TEXT("/x"), 16, AF_UNIX, DGRAM, 0},
	{"AF_UNSPEC on TCP", AF_UNSPEC, TEXT(V4_LOOPBACK), 16, AF_INET, 0, 0},
	{"AF_UNIX on TCP", AF_UNIX, TEXT("/etc/passwd"), 16, AF_INET, 0, 0},
	{"AF_UNIX on TCP, abstract", AF_UNIX, TEXT("\0x"), 16, AF_INET, 0, 0},
	{"AF_INET on AF_UNIX", AF_INET, TEXT(V4_LOOPBACK), 16, AF_UNIX, 0, 0},
	{"AF_INET6 on AF_INET", AF_INET6, TEXT(V6_MAPPED), 28, AF_INET, 0, 0},
	{"short AF_INET", AF_INET, TEXT(V4_LOOPBACK), 15, AF_INET, 0, 0},
	{"short AF_INET6", AF_INET6, TEXT(V6_MAPPED), 23, AF_INET6, 0, 0},
	{"family 12345", 12345, TEXT("/x"), 16, AF_UNIX, 0, 0},
	{"AF_INET", AF_INET, TEXT(V4_LOOPBACK), 16, AF_INET, REFUSED, EACCES},
	{"AF_INET, longer", AF_INET, TEXT(V4_LOOPBACK), 128, AF_INET, REFUSED,
	 EACCES},
	{"UDP to bind", AF_INET, TEXT(V4_LOOPBACK), 16, AF_INET,
	 DGRAM | BIND | REFUSED, EACCES},
	{"AF_INET on UDP6", AF_INET, TEXT(V4_LOOPBACK), 16, AF_INET6,
	 DGRAM | REFUSED, EACCES},
	{"v4-mapped", AF_INET6, TEXT(V6_MAPPED), 28, AF_INET6, REFUSED, EACCES},
	{"v4-mapped to bind", AF_INET6, TEXT(V6_MAPPED), 28, AF_INET6,
	 DGRAM | BIND | REFUSED, EACCES},
	{"v4-mapped, 24 bytes", AF_INET6, TEXT(V6_MAPPED), 24, AF_INET6,
	 REFUSED, EACCES},
	{"send UDP", AF_INET, TEXT(V4_LOOPBACK), 16, AF_INET,
	 DGRAM | SEND | REFUSED, EACCES},
	{"send TCP", AF_INET, TEXT(V4_LOOPBACK), 16, AF_INET, SEND, 0},
	{"send missing", AF_UNIX, TEXT("/nosuch"), 9, AF_UNIX, DGRAM | SEND, 0},
	{"send dgram 129", AF_UNIX, TEXT("/nosuch"), 129, AF_UNIX, DGRAM | SEND,
	 0},
	{"send stream", AF_UNIX, TEXT("/etc/passwd"), 14, AF_UNIX, SEND, 0},
	{"send non-socket", AF_UNIX, TEXT("/dev/null"), 12, AF_UNIX,
	 DGRAM | SEND | REFUSED, ECONNREFUSED},
	{"send abstract", AF_UNIX, TEXT("\0nobody"), 9, AF_UNIX,
	 DGRAM | SEND | REFUSED, ECONNREFUSED},
};

static long by_shim(const struct row *row, int fd, const void *addr)
{
	long result;

	errno = 0;
	if (row->flags & BIND)
		result = bind(fd, addr, row->len);
	else if (row->flags & SEND)
		result = sendto(fd, "x", 1, MSG_NOSIGNAL, addr, row->len);
	else
		result = connect(fd, addr, row->len);
	return result < 0 ? -errno : result;
}

static long by_kernel(const struct row *row, int fd, const void *addr)
{
	if (row->flags & BIND)
		return raw(SYS_bind, fd, addr, row->len);
	if (row->flags & SEND)
		return raw(SYS_sendto, fd, "x", 1, MSG_NOSIGNAL, addr,
			   row->len);
	return raw(SYS_connect, fd, addr, row->len);
}

static void check(const struct row *row)
{
	int type = row->flags & DGRAM ? SOCK_DGRAM : SOCK_STREAM;
	int fd = raw_socket(row->socket, type);
	unsigned char addr[ROOM] = {0};
	long want = -row->error;
	long got;

	memcpy(addr, &row->family, sizeof(row->family));
	memcpy(addr + sizeof(row->family), row->bytes, row->count);
	if (!(row->flags & REFUSED)) {
		int other = raw_socket(row->socket, type);

		want = by_kernel(row, other, addr);
		close(other);
	}
	got = by_shim(row, fd, addr);
	close(fd);
	if (got != want)
		fail_msg("%s: %ld, not %ld", row->what, got, want);
}

static void odd_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check(&rows[i]);
}

/* What is no socket, or no descriptor, is so whatever the address says. */
static void wrong_descriptors(void **state)
{
	struct sockaddr_un addr;
	socklen_t len = unix_address(&addr, "/etc/passwd");
	int file = open("/dev/null", O_RDWR | O_CLOEXEC);
	const struct sockaddr *any = (struct sockaddr *)&addr;

	(void)state;
	assert_int_equal(connect(-1, any, len), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(connect(file, any, len), -1);
	assert_int_equal(errno, ENOTSOCK);
	assert_int_equal(bind(file, any, len), -1);
	assert_int_equal(errno, ENOTSOCK);
	assert_int_equal(sendto(file, "x", 1, 0, any, len), -1);
	assert_int_equal(errno, ENOTSOCK);
	close(file);
}

/* ---- pointers ----------------------------------------------------------- */

/* The end of two pages that are there, before one that is not. */
static char *edge(void)
{
	char *pages = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(pages, MAP_FAILED);
	assert_int_equal(mprotect(pages + 2 * PAGE, PAGE, PROT_NONE), 0);
	return pages + 2 * PAGE;
}

static void expect_fault(const void *addr, socklen_t len)
{
	int fd = raw_socket(AF_UNIX, SOCK_DGRAM);

	assert_int_equal(connect(fd, addr, len), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(bind(fd, addr, len), -1);
	assert_int_equal(errno, EFAULT);
	if (addr && !SANITIZED) {
		assert_int_equal(sendto(fd, "x", 1, 0, addr, len), -1);
		assert_int_equal(errno, EFAULT);
	}
	close(fd);
}

static void unreadable_addresses(void **state)
{
	char *end = edge();

	(void)state;
	expect_fault(NULL, 16);
	expect_fault((void *)1, 16);
	expect_fault((void *)-1, 16);
	expect_fault((void *)-8, 16);
	expect_fault(end, 110);
	expect_fault(end - 1, 110);
	expect_fault(end - 16, 110);
}

static void readable_up_to_the_edge(void **state)
{
	int server = serve(in_dir("other.sock"), SOCK_STREAM);
	int fd = raw_socket(AF_UNIX, SOCK_STREAM);
	struct sockaddr_un addr;
	socklen_t len = unix_address(&addr, in_dir("other.sock"));
	char *at = edge() - len;

	(void)state;
	memcpy(at, &addr, len);
	assert_int_equal(connect(fd, (struct sockaddr *)at, len), -1);
	assert_int_equal(errno, EACCES);
	/* Unaligned, and across two pages that are both there. */
	at = edge() - PAGE - 7;
	memcpy(at, &addr, len);
	assert_int_equal(connect(fd, (struct sockaddr *)at, len), -1);
	assert_int_equal(errno, EACCES);
	close(fd);
	close(server);
}

static void unreadable_messages(void **state)
{
	int fd = raw_socket(AF_UNIX, SOCK_DGRAM);
	struct msghdr message = {.msg_name = edge(), .msg_namelen = 16};
	struct mmsghdr *vector = (struct mmsghdr *)edge() - 1;

	(void)state;
	if (SANITIZED)
		skip_because("ASan follows these pointers itself");
	assert_int_equal(sendmsg(fd, &message, 0), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(sendmsg(fd, (struct msghdr *)edge(), 0), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(sendmsg(fd, (struct msghdr *)-1L, 0), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(sendmmsg(fd, (struct mmsghdr *)edge(), 2, 0), -1);
	assert_int_equal(errno, EFAULT);
	memset(vector, 0, sizeof(*vector));
	vector->msg_hdr.msg_namelen = 16;
	vector->msg_hdr.msg_name = edge();
	assert_int_equal(sendmmsg(fd, vector, 2, 0), -1);
	assert_int_equal(errno, EFAULT);
	close(fd);
}

/* errno of a connect() in a thread of its own, on a stack of its own. */
static void *connect_deep(void *addr)
{
	struct sockaddr_un local;
	socklen_t len = unix_address(&local, in_dir("other.sock"));
	volatile char frame[3 * PAGE]; /* the address is pages above us */
	int fd = (int)raw(SYS_socket, AF_UNIX, SOCK_STREAM, 0);

	frame[0] = 0;
	errno = frame[0];
	connect(fd, addr ? addr : (void *)&local, addr ? 110 : len);
	raw(SYS_close, fd);
	return (void *)(intptr_t)errno;
}

static void other_stacks(void **state)
{
	int server = serve(in_dir("other.sock"), SOCK_STREAM);
	void *const addrs[] = {NULL, edge(), edge() - 9, (void *)1};
	const int wanted[] = {EACCES, EFAULT, EFAULT, EFAULT};

	(void)state;
	for (int i = 0; i < 4; i++) {
		pthread_t thread;
		void *result;

		assert_int_equal(
			pthread_create(&thread, NULL, connect_deep, addrs[i]),
			0);
		assert_int_equal(pthread_join(thread, &result), 0);
		assert_int_equal((intptr_t)result, wanted[i]);
		assert_int_equal((intptr_t)connect_deep(addrs[i]), wanted[i]);
	}
	close(server);
}

/* sendmsg(2) shortens a name's length where sendto(2) is strict. */
static void lengths_of_message_names(void **state)
{
	static const socklen_t lengths[] = {
		0, 1, 2, 9, 110, 111, 128, 129, INT32_MAX, (socklen_t)-1};
	char name[ROOM] = {AF_UNIX, 0, '/', 'n', 'o'};
	struct iovec data = {.iov_base = "x", .iov_len = 1};
	int fd = raw_socket(AF_UNIX, SOCK_DGRAM);

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		struct msghdr message = {.msg_name = name,
					 .msg_namelen = lengths[i],
					 .msg_iov = &data,
					 .msg_iovlen = 1};
		long want = raw(SYS_sendmsg, fd, &message, 0);

		if (SANITIZED && lengths[i] > ROOM)
			continue;
		errno = 0;
		assert_int_equal(sendmsg(fd, &message, 0), -1);
		assert_int_equal(-errno, want);
	}
	close(fd);
}

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(odd_addresses),
		cmocka_unit_test(wrong_descriptors),
		cmocka_unit_test(unreadable_addresses),
		cmocka_unit_test(readable_up_to_the_edge),
		cmocka_unit_test(unreadable_messages),
		cmocka_unit_test(other_stacks),
		cmocka_unit_test(lengths_of_message_names),
	};

	return cmocka_run_group_tests_name("shim: addresses", tests, NULL,
					   NULL);
}

int main(int argc, char *argv[])
{
	return harness(argc, argv, run, NULL);
}
