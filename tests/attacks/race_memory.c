/* SPDX-License-Identifier: MIT */
/* race_memory.c - the address changes between the check and the use. */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "race.h"

#define PAGE		     4096
#define USERFAULTFD_IOC_NEW_ 0xaa00 /* Linux 6.1 */

/* The address that the kernel and the checker read, and what it may hold:
 * [0] harmless, [1] denied. */
static struct sockaddr_un *live;
static struct sockaddr_un image[2];
static socklen_t live_len = sizeof(struct sockaddr_un);
static int type = SOCK_STREAM;
static int memory_fd = -1;
static pid_t prey;

static void prepare(const char *harmless, const char *denied)
{
	live = race_memory(PAGE);
	unix_addr(&image[0], at(harmless));
	unix_addr(&image[1], at(denied));
	*live = image[0];
}

static void attempt(void)
{
	hit(AF_UNIX, type, live, live_len);
}

static void flip_all(unsigned int turn)
{
	memcpy(live, &image[turn & 1], sizeof(*live));
}

/* Only the bytes that differ: no torn names. */
static void flip_difference(unsigned int turn)
{
	volatile char *to = (volatile char *)live;
	const char *from = (const char *)&image[turn & 1];
	const char *other = (const char *)&image[~turn & 1];

	for (size_t i = 0; i < sizeof(*live); i++)
		if (from[i] != other[i])
			to[i] = from[i];
}

static void run(void (*flip)(unsigned int), enum race_by by)
{
	race_run(&(const struct race){by, flip, attempt});
}

static void path(void)
{
	prepare("granted/ok.sock", "denied/no.sock");
	run(flip_all, RACE_THREAD);
}

static void path_seqpacket(void)
{
	prepare("granted/ok.sock", "denied/no.seq");
	type = SOCK_SEQPACKET;
	run(flip_all, RACE_THREAD);
}

static void terminator(void)
{
	prepare("granted/ok.sock", "granted/ok.sock2");
	run(flip_difference, RACE_THREAD);
}

static void missing(void)
{
	prepare("granted/none", "denied/no.sock");
	run(flip_all, RACE_THREAD);
}

/* The address is denied throughout; its family says something else. */
static void family(int decoy)
{
	prepare("denied/no.sock", "denied/no.sock");
	image[0].sun_family = (sa_family_t)decoy;
	run(flip_difference, RACE_THREAD);
}

static void family_inet(void)
{
	family(AF_INET);
}

static void family_unspec(void)
{
	family(AF_UNSPEC);
}

static void abstract(void)
{
	prepare("denied/no.sock", "denied/no.sock");
	image[0].sun_path[0] = '\0';
	run(flip_difference, RACE_THREAD);
}

static void by_process(void)
{
	prepare("granted/ok.sock", "denied/no.sock");
	run(flip_all, RACE_PROCESS);
}

static void by_clone_vm(void)
{
	prepare("granted/ok.sock", "denied/no.sock");
	run(flip_all, RACE_CLONE_VM);
}

static void flip_vm_writev(unsigned int turn)
{
	struct iovec from = {&image[turn & 1], sizeof(*live)};
	struct iovec to = {live, sizeof(*live)};

	process_vm_writev(prey, &from, 1, &to, 1, 0);
}

static void flip_proc_mem(unsigned int turn)
{
	char name[32];

	if (memory_fd < 0) {
		snprintf(name, sizeof(name), "/proc/%d/mem", prey);
		memory_fd = open(name, O_RDWR | O_CLOEXEC);
	}
	pwrite(memory_fd, &image[turn & 1], sizeof(*live),
	       (off_t)(uintptr_t)live);
}

/* Private memory, written by another process. */
static void from_afar(void (*flip)(unsigned int))
{
	static struct sockaddr_un mine;

	prepare("granted/ok.sock", "denied/no.sock");
	live = &mine;
	mine = image[0];
	prey = getpid();
	run(flip, RACE_PROCESS);
}

static void by_vm_writev(void)
{
	from_afar(flip_vm_writev);
}

static void by_proc_mem(void)
{
	from_afar(flip_proc_mem);
}

/* Another page at the same address. */
static void flip_mapping(unsigned int turn)
{
	if (turn % 5 == 4)
		munmap(live, PAGE);
	else if (turn % 5 == 3)
		mprotect(live, PAGE, PROT_NONE);
	else
		mmap(live, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, memory_fd,
		     (off_t)(turn & 1) * PAGE);
}

static sigjmp_buf unmapped;

static void on_fault(int signal_number)
{
	siglongjmp(unmapped, signal_number);
}

/* Whoever reads the address on our side, a preloaded library say, may run
 * into the hole: an attacker does not mind. */
static void attempt_mapping(void)
{
	static int fd = -1;

	close(fd);
	fd = unix_socket(SOCK_STREAM);
	if (!sigsetjmp(unmapped, 1))
		connect_and_deliver(fd, live, live_len);
}

static void mapping(void)
{
	prepare("granted/ok.sock", "denied/no.sock");
	memory_fd = memfd_create("pages", MFD_CLOEXEC);
	if (ftruncate(memory_fd, 2 * PAGE))
		skip("no memfd");
	for (int i = 0; i < 2; i++)
		pwrite(memory_fd, &image[i], sizeof(image[i]), i * PAGE);
	signal(SIGSEGV, on_fault);
	signal(SIGBUS, on_fault);
	race_run(&(const struct race){RACE_THREAD, flip_mapping,
				      attempt_mapping});
}

/* A page that the first reader finds harmless and the second denied. */
static void flip_fault(unsigned int turn)
{
	static char page[PAGE];
	static unsigned int faults;
	struct pollfd wait = {memory_fd, POLLIN, 0};
	struct uffdio_copy copy = {0};
	struct uffd_msg message;
	(void)turn;

	if (poll(&wait, 1, 20) != 1 ||
	    read(memory_fd, &message, sizeof(message)) != sizeof(message))
		return;
	memcpy(page, &image[faults++ & 1], sizeof(image[0]));
	copy.dst = (uintptr_t)live;
	copy.src = (uintptr_t)page;
	copy.len = PAGE;
	ioctl(memory_fd, UFFDIO_COPY, &copy);
	for (volatile unsigned int i = faults * 37 & 0xfff; i; i--)
		;
	madvise(live, PAGE, MADV_DONTNEED);
}

/* By the system call it takes CAP_SYS_PTRACE, if the kernel is to wait for
 * pages, too; by the device, only that one may open it (Linux 6.1). */
static int open_userfault(void)
{
	const int flags = O_CLOEXEC | O_NONBLOCK;
	int fd = (int)syscall(SYS_userfaultfd, flags), device;

	if (fd >= 0)
		return fd;
	device = open("/dev/userfaultfd", O_RDWR | O_CLOEXEC);
	fd = ioctl(device, USERFAULTFD_IOC_NEW_, flags);
	close(device);
	return fd;
}

static void fault(void)
{
	struct uffdio_api api = {.api = UFFD_API};
	struct uffdio_register reg = {.mode = UFFDIO_REGISTER_MODE_MISSING};

	prepare("granted/ok.sock", "denied/no.sock");
	memory_fd = open_userfault();
	if (memory_fd < 0)
		barred("userfaultfd is for privileged users");
	live = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	reg.range.start = (uintptr_t)live;
	reg.range.len = PAGE;
	if (ioctl(memory_fd, UFFDIO_API, &api) ||
	    ioctl(memory_fd, UFFDIO_REGISTER, &reg))
		skip("userfaultfd does not work");
	run(flip_fault, RACE_THREAD);
}

static void on_alarm(int signal_number)
{
	(void)signal_number;
}

/* Signals interrupt and restart the call while the address changes.  On a slow
 * machine one that is not restarted needs more time still to be made at all. */
static void storm(int flags)
{
	struct sigaction action = {.sa_handler = on_alarm, .sa_flags = flags};
	const long us = 150L * slowness() * slowness();
	struct itimerval every = {{0, us}, {0, us}};

	prepare("granted/ok.sock", "denied/no.sock");
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
	run(flip_all, RACE_THREAD);
	setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
}

static void storm_restart(void)
{
	storm(SA_RESTART);
}

static void storm_interrupt(void)
{
	storm(0);
}

#define RACE(name, run, what)                                                  \
	{                                                                      \
		name, "races", run, GRANT_FILE, NEEDS_TRIES, what              \
	}

const struct attack race_memory_attacks[] = {
	RACE("race-path", path, "a thread rewrites the path"),
	RACE("race-path-seqpacket", path_seqpacket, "the same, SEQPACKET"),
	RACE("race-terminator", terminator, "a thread moves the final NUL"),
	RACE("race-missing", missing, "from a missing path to the denied one"),
	RACE("race-family-inet", family_inet,
	     "the family says AF_INET for a moment"),
	RACE("race-family-unspec", family_unspec,
	     "the family says AF_UNSPEC for a moment"),
	RACE("race-abstract", abstract, "the path is abstract for a moment"),
	RACE("race-shared-memory", by_process,
	     "another process rewrites shared memory"),
	RACE("race-clone-vm", by_clone_vm,
	     "a process that shares the memory rewrites it"),
	RACE("race-vm-writev", by_vm_writev,
	     "another process by process_vm_writev(2)"),
	RACE("race-proc-mem", by_proc_mem, "another process by /proc/PID/mem"),
	RACE("race-mapping", mapping, "pages are swapped by mmap, munmap"),
	{"race-userfaultfd", "races", fault, GRANT_FILE,
	 NEEDS_TRIES | NEEDS_ROOT, "each read faults in another page"},
	RACE("race-signal-restart", storm_restart,
	     "SIGALRM storm, calls restart"),
	RACE("race-signal-eintr", storm_interrupt,
	     "SIGALRM storm, calls fail with EINTR"),
	{0},
};
