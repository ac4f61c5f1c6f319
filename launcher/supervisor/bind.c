/* SPDX-License-Identifier: MIT */
/* bind.c - judge a bind, and perform it as the client would have.
 *
 * Theory of operation
 *
 * The address given to bind(2) is remembered by the kernel (getsockname), and
 * the file gets the caller's owner and mode.  So the very bytes are bound, by
 * a thread of its own that takes on the client's directory, umask and rights.
 * A path may change between judgement and bind; therefore that thread first
 * confines itself with Landlock to the directory that was judged: a socket
 * appears beneath it or nowhere, and its last component is ours.  One that
 * appears deeper than judged is removed again, and the bind fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../backstop/landlock.h"
#include "../clean.h"
#include "apart.h"
#include "bound.h"
#include "call.h"
#include "inet.h"
#include "judge.h"
#include "names.h"
#include "network.h"
#include "node.h"
#include "resolve.h"
#include "stray.h"
#include "unixdiag.h"

#ifndef SIOCUNIXFILE
#define SIOCUNIXFILE SIOCPROTOPRIVATE /* linux/un.h, which repeats sys/un.h */
#endif

struct binding {
	const struct call *call;
	int parent;	  /* the judged directory */
	const char *base; /* the name to create in it */
	int cwd;	  /* the client's directories */
	int root;
	mode_t umask;
};

/* Does the address, walked from here, still lead to the judged directory?
 * Where it does not ("/proc/self" means us), only the last component can be
 * bound, from that directory. */
static bool leads_to_parent(const struct binding *b)
{
	const char *path = b->call->addr.name;
	char dir[sizeof(b->call->addr.name)];
	struct stat here, judged;
	const size_t len = (size_t)(strrchr(path, '/') - path);

	memcpy(dir, path, len + 1);
	dir[len + 1] = '\0';
	return stat(dir, &here) == 0 && fstat(b->parent, &judged) == 0 &&
	       here.st_dev == judged.st_dev && here.st_ino == judged.st_ino;
}

static int enter_directories(const struct binding *b)
{
	struct stat st;

	if (unshare(CLONE_FS) != 0)
		return errno;
	if (fstat(b->root, &st) != 0)
		return errno;
	if (st.st_dev != b->call->sup->root.st_dev ||
	    st.st_ino != b->call->sup->root.st_ino) {
		/* Only root can have changed it here without a namespace. */
		if (fchdir(b->root) != 0 || chroot(".") != 0)
			return errno;
	}
	umask(b->umask);
	return fchdir(b->cwd) == 0 ? 0 : errno;
}

static int bind_as_given(const struct binding *b)
{
	const struct call *call = b->call;

	if (bind(call->fd, (const struct sockaddr *)call->raw, call->raw_len) ==
	    0)
		return 0;
	return errno;
}

static int bind_last_component(const struct binding *b)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	if (fchdir(b->parent) != 0)
		return errno;
	strcpy(addr.sun_path, b->base);
	return bind(b->call->fd, (struct sockaddr *)&addr, sizeof(addr)) == 0
		       ? 0
		       : errno;
}

/* What fails without any policy: the name exists, or cannot be one.  Asked with
 * the client's rights, as it tells what is there. */
static int natural_error(int parent, const char *base)
{
	struct stat st;

	if (base[0] == '\0' || strcmp(base, ".") == 0 ||
	    strcmp(base, "..") == 0)
		return EADDRINUSE;
	return fstatat(parent, base, &st, AT_SYMLINK_NOFOLLOW) == 0 ? EADDRINUSE
								    : 0;
}

/* Returns 0 or the errno value that the client gets. */
static int bind_confined(void *arg)
{
	const struct binding *b = arg;
	bool changed;
	int error = enter_directories(b);

	if (error)
		return error;
	/* The client's rights come before the domain, which forbids to look
	 * at the client; "." and names without a slash cannot move. */
	error = client_act_as(&b->call->client, &changed);
	if (error)
		return error;
	error = natural_error(b->parent, b->base);
	if (error)
		return error;
	if (landlock_confine_bind(b->parent) != 0)
		return EACCES;
	if (strchr(b->call->addr.name, '/') && !leads_to_parent(b))
		return bind_last_component(b);
	return bind_as_given(b);
}

/* Whoever owns the user namespace that a network belongs to may ask whose file
 * a socket there is: we, or the client that has made it. */
static bool is_file_of(const struct binding *b, const struct stat *node)
{
	const int fd = b->call->fd;
	autoclose int file = ioctl(fd, SIOCUNIXFILE);
	struct stat st;
	bool changed;

	if (file < 0 && client_act_as(&b->call->client, &changed) == 0) {
		file = ioctl(fd, SIOCUNIXFILE);
		if (changed)
			client_act_as_self(b->call->sup);
	}
	return file >= 0 && fstat(file, &st) == 0 && node_same(&st, node);
}

/* The kernel names the device of the file system, of which a subvolume of btrfs
 * and a layer of an overlay say another one of their own to stat(2). */
static bool is_on(int fd, const struct stat *node, dev_t dev)
{
	struct statfs fs;

	return node->st_dev == dev ||
	       (fstatfs(fd, &fs) == 0 && (fs.f_type == BTRFS_SUPER_MAGIC ||
					  fs.f_type == OVERLAYFS_SUPER_MAGIC));
}

/* Is the file that has the name now, held by @fd, the one that was just bound?
 * If it was unlinked at once, or bound elsewhere, somebody outside may have
 * bound his own there: another sandbox, too.  Sockets of other network
 * namespaces are not found by their number.  What cannot be told is not ours.
 */
static bool is_it(const struct binding *b, int fd, const struct stat *node,
		  ino_t socket)
{
	struct unixdiag now;

	if (!S_ISSOCK(node->st_mode))
		return false;
	if (unixdiag_socket(socket, &now) != 0)
		return is_file_of(b, node);
	return now.has_node && (uint32_t)now.ino == (uint32_t)node->st_ino &&
	       is_on(fd, node, now.dev);
}

/* With the client's rights: the name may be a stranger's by now. */
static void remove_stray(const struct binding *b)
{
	bool changed;

	shutdown(b->call->fd, SHUT_RDWR);
	if (client_act_as(&b->call->client, &changed) != 0)
		return;
	stray_remove(b->parent, b->call->fd);
	if (changed)
		client_act_as_self(b->call->sup);
}

/* One that is not where it was judged is removed.  Nor had a socket that nobody
 * inside could reach better be bound. */
static int remember_node(const struct binding *b)
{
	struct stat node, sock;
	autoclose int fd =
		openat(b->parent, b->base, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &node) != 0 || fstat(b->call->fd, &sock) != 0 ||
	    !is_it(b, fd, &node, sock.st_ino)) {
		remove_stray(b);
		return EACCES;
	}
	if (bound_add_node(b->call->sup->bound, fd, &node, sock.st_ino) == 0) {
		steal_fd(&fd);
		return 0;
	}
	unlinkat(b->parent, b->base, 0);
	return ENOMEM;
}

static int bind_exactly(struct binding *b)
{
	struct bound *bound = b->call->sup->bound;
	int error;

	bound_change(bound);
	error = apart_run(bind_confined, b);
	if (!error)
		error = remember_node(b);
	bound_changed(bound);
	return error;
}

static int perform(struct call *call, int parent, const char *base)
{
	struct client_status status;
	autoclose int cwd = client_dir(&call->client, "cwd");
	autoclose int root = client_dir(&call->client, "root");
	struct binding b = {
		.call = call,
		.parent = parent,
		.base = base,
		/* A bare name is taken from the directory that was judged. */
		.cwd = strchr(call->addr.name, '/') ? cwd : parent,
		.root = root,
	};
	const int error = client_status(call->sup, call->client.tid, &status);

	if (error || cwd < 0 || root < 0)
		return EACCES;
	b.umask = status.umask;
	return bind_exactly(&b);
}

static struct answer refuse_full(struct call *call, enum target_kind kind,
				 const char *name, size_t len)
{
	const struct policy_verdict verdict = {.rule = -1, .error = ENOSPC};

	return call_refuse(call, &verdict, kind, name, len,
			   "too many sockets were bound inside");
}

static struct answer bind_in(struct call *call, int parent, const char *base,
			     struct found *found)
{
	struct policy_verdict verdict;
	struct subject subject;

	verdict = judge_bind(call->sup, parent, base, found);
	subject = (struct subject){TARGET_PATH, found->name, found->len,
				   found->note, &found->st};
	if (!call_agreed(call, &verdict, &subject))
		return call_refuse(call, &verdict, TARGET_PATH, found->name,
				   found->len, found->note);
	if (!bound_has_room(call->sup->bound))
		return refuse_full(call, TARGET_PATH, found->name, found->len);
	return answer_error(call->report ? 0 : perform(call, parent, base));
}

/* Of "/" nothing is left but that. */
static size_t len_without_slashes(const char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	return len;
}

/* The directory to bind in, or what fails before that.  A name with a slash at
 * its end is there already, or it is none. */
static int find_parent(struct call *call, struct found *found,
		       const char **base)
{
	const char *path = call->addr.name;
	const size_t len = len_without_slashes(path);
	const bool slashed = path[len] != '\0';
	char name[sizeof(call->addr.name)];
	bool changed;
	int error = client_act_as(&call->client, &changed);
	int fd;

	if (error)
		return -error;
	memcpy(name, path, len);
	name[len] = '\0';
	fd = resolve_parent(&call->client, -1, slashed ? name : path,
			    &found->st, base);
	error = fd < 0 ? 0 : natural_error(fd, *base);
	if (fd >= 0 && slashed && !error)
		error = ENOENT;
	if (error) {
		close(fd);
		fd = -error;
		*base = "";
	}
	if (changed)
		client_act_as_self(call->sup);
	return fd;
}

static struct answer bind_path(struct call *call)
{
	struct found found;
	const char *base = "";
	autoclose int parent = find_parent(call, &found, &base);

	if (parent < 0) {
		call_fails(call, -parent);
		return answer_error(call->report ? 0 : -parent);
	}
	return bind_in(call, parent, base, &found);
}

int bind_as_is(struct call *call)
{
	bool changed;
	int error = client_act_as(&call->client, &changed);

	if (error)
		return EACCES;
	error = bind(call->fd, (const struct sockaddr *)call->raw,
		     call->raw_len) == 0
			? 0
			: errno;
	if (changed)
		client_act_as_self(call->sup);
	return error;
}

/* An autobound name is only known afterwards. */
static int remember_name(const struct call *call)
{
	struct sockaddr_un addr;
	socklen_t len = sizeof(addr);
	const socklen_t start = offsetof(struct sockaddr_un, sun_path) + 1;
	struct stat st;

	if (getsockname(call->fd, (struct sockaddr *)&addr, &len) != 0 ||
	    fstat(call->fd, &st) != 0 || len < start)
		return ENOMEM;
	return names_add(call->sup->names, addr.sun_path + 1, len - start,
			 st.st_ino);
}

static struct answer bind_abstract(struct call *call)
{
	const struct addr *addr = &call->addr;
	const bool named = addr->kind == ADDR_ABSTRACT;
	const struct subject subject = {named ? TARGET_ABSTRACT
					      : TARGET_AUTOBIND,
					addr->name, addr->name_len, NULL, NULL};
	struct policy_verdict verdict =
		named ? judge_abstract(call->sup, OP_BIND, call_type(call),
				       addr->name, addr->name_len)
		      : judge_autobind(call->sup);
	int error;

	if (!network_is_ours(call))
		return network_refuse(call);
	if (!call_agreed(call, &verdict, &subject))
		return call_refuse(call, &verdict, subject.kind, addr->name,
				   addr->name_len, NULL);
	if (!names_has_room(call->sup->names))
		return refuse_full(call,
				   named ? TARGET_ABSTRACT : TARGET_AUTOBIND,
				   addr->name, addr->name_len);
	if (call->report)
		return answer_error(0);
	error = bind_as_is(call);
	return answer_error(error ? error : remember_name(call));
}

static struct answer bind_unix(struct call *call)
{
	if (call->sup->policy->unix_all && call_bind_may_go_on(call->sup))
		return call->report ? answer_error(0) : answer_continue();
	switch (call->addr.kind) {
	case ADDR_PATH:
		return bind_path(call);
	case ADDR_ABSTRACT:
	case ADDR_AUTOBIND:
		return bind_abstract(call);
	case ADDR_UNSPEC:
	case ADDR_INVALID:
	case ADDR_INET:
	case ADDR_INET6:
	case ADDR_OTHER:
		break;
	}
	return answer_error(EINVAL); /* as unix_bind() */
}

static struct answer bind_other(struct call *call)
{
	const struct policy_verdict verdict =
		judge_kind(call->sup, OP_BIND, TARGET_OTHER);

	if (!verdict.allow)
		return call_refuse(call, &verdict, TARGET_OTHER, NULL, 0, NULL);
	return answer_error(call->report ? 0 : bind_as_is(call));
}

struct answer bind_judged(struct call *call)
{
	switch (call->domain) {
	case AF_UNIX:
		return bind_unix(call);
	case AF_INET:
	case AF_INET6:
		return inet_bind(call);
	case AF_NETLINK: /* routing only, the filter sees to that */
		return answer_error(call->report ? 0 : bind_as_is(call));
	default:
		return bind_other(call);
	}
}

struct answer op_bind(struct call *call)
{
	int error;

	call->op = OP_BIND;
	error = call_socket(call, (int)call->req->data.args[0]);
	if (!error)
		error = call_address(call, call->req->data.args[1],
				     (int)call->req->data.args[2]);
	return error ? call_failed(call, error) : bind_judged(call);
}
