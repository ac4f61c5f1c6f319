/* SPDX-License-Identifier: MIT */
/* child.h - run a function in a child process: for what ends the process.  */
#ifndef SBX_TESTS_CHILD_H
#define SBX_TESTS_CHILD_H

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct child {
	int status; /* exit code, or 128 + signal */
	char out[1 << 18];
	char err[1 << 18];
};

static inline void child_collect(int fd, char *buf, size_t size)
{
	ssize_t n = pread(fd, buf, size - 1, 0);

	buf[n < 0 ? 0 : n] = '\0';
	close(fd);
}

/* Calls @function, then exits with 0; keeps what it wrote. */
static inline void child_run(struct child *child, void (*function)(void *),
			     void *arg)
{
	int out = memfd_create("out", 0);
	int err = memfd_create("err", 0);
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		function(arg);
		exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		abort();
	child->status = WIFEXITED(status) ? WEXITSTATUS(status)
					  : 128 + WTERMSIG(status);
	child_collect(out, child->out, sizeof(child->out));
	child_collect(err, child->err, sizeof(child->err));
}

/* Memory that a child can write and its parent read. */
static inline void *child_shared(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		abort();
	return p;
}

#endif /* SBX_TESTS_CHILD_H */
