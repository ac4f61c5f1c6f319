/* SPDX-License-Identifier: MIT */
/* filters.c - seccomp filters of the attacker's own, on top of the sandbox's.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

/* A filter that answers connect(2) with @verdict and allows the rest. */
static int add_filter(unsigned int verdict, unsigned int flags)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_connect, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, verdict),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags,
			    &program);
}

static void no_new_privs(void)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	hit_denied();
}

static void own_allow(void)
{
	add_filter(SECCOMP_RET_ALLOW, 0);
	hit_denied();
}

static void own_log(void)
{
	add_filter(SECCOMP_RET_LOG, 0);
	hit_denied();
}

static void tsync(void)
{
	add_filter(SECCOMP_RET_ALLOW, SECCOMP_FILTER_FLAG_TSYNC);
	hit_denied();
}

/* Answers CONTINUE to everything that it is asked. */
static void *say_continue(void *arg)
{
	int fd = *(int *)arg;
	struct seccomp_notif ask;
	struct seccomp_notif_resp answer;

	for (;;) {
		memset(&ask, 0, sizeof(ask));
		memset(&answer, 0, sizeof(answer));
		if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &ask))
			return NULL;
		answer.id = ask.id;
		answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
}

static void own_listener(void)
{
	static int fd;
	pthread_t thread;

	/* Two mistakes are tried: a second listener, and none. */
	fd = add_filter(SECCOMP_RET_USER_NOTIF,
			SECCOMP_FILTER_FLAG_NEW_LISTENER);
	if (fd >= 0)
		pthread_create(&thread, NULL, say_continue, &fd);
	hit_denied();
}

static void many_filters(void)
{
	for (int i = 0; i < 200; i++)
		if (add_filter(SECCOMP_RET_ALLOW, 0))
			break;
	hit_denied();
}

static void *hit_in_thread(void *arg)
{
	pause_ms(50);
	hit_denied();
	return arg;
}

/* A filter for this thread only; the other one goes through. */
static void masked_notify(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, hit_in_thread, NULL);
	add_filter(SECCOMP_RET_USER_NOTIF, 0);
	hit_denied();
	pthread_join(thread, NULL);
}

#define FILTER(name, run, what)                                                \
	{                                                                      \
		name, "filters", run, GRANT_FILE, 0, what                      \
	}

const struct attack filter_attacks[] = {
	FILTER("no-new-privs", no_new_privs, "PR_SET_NO_NEW_PRIVS first"),
	FILTER("own-allow", own_allow, "an own filter that allows connect"),
	FILTER("own-log", own_log, "an own filter that logs connect"),
	FILTER("own-tsync", tsync, "an own filter for all threads"),
	FILTER("own-listener", own_listener,
	       "an own listener that says CONTINUE"),
	FILTER("own-notify", masked_notify,
	       "an own filter that notifies nobody"),
	FILTER("many-filters", many_filters, "200 own filters"),
	{0},
};
