/* SPDX-License-Identifier: MIT */
/* publish.c - link or rename a socket that was bound inside.
 *
 * Theory of operation
 *
 * Many servers bind a socket under a temporary name and link or rename it to
 * its final one.  The command's Landlock domain forbids that for any socket
 * (landlock.c), so the shim asks for it here.  It is done if the node was bound
 * inside and if a socket may be bound at both names.
 *
 * All that counts is held: both directories, and the node.  A link is made of
 * the node itself.  A rename would go by name, and somebody outside may bind
 * his own at that very moment: for as long as it took to put his back, it could
 * be reached by the granted name.  So a rename is a link of the node, under a
 * name that nobody knows, which then takes the place of whatever is at the new
 * one; the old name goes last.  The thread that acts is confined to sockets, so
 * that nothing else comes along.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../../policy/report.h"
#include "../backstop/landlock.h"
#include "../clean.h"
#include "apart.h"
#include "bound.h"
#include "call.h"
#include "judge.h"
#include "node.h"
#include "resolve.h"

/* One of the two names. */
struct end {
	char path[PATH_TEXT_MAX]; /* as given */
	int dir;		  /* the directory that it is in */
	const char *base;	  /* its last component */
	struct found found;
};

struct publication {
	struct call *call;
	struct report_publish ask;
	struct end from, to;
	int node;
};

static int read_request(struct publication *p)
{
	const struct client *client = &p->call->client;
	const __u64 *args = p->call->req->data.args;
	int error;

	if (args[3] != sizeof(p->ask))
		return EPROTO;
	error = client_read(client, args[2], &p->ask, sizeof(p->ask));
	if (!error &&
	    (p->ask.version != REPORT_VERSION || p->ask.call > PUBLISH_RENAME))
		error = EPROTO;
	if (!error)
		error = client_read_path(client, p->ask.old_path, p->from.path,
					 sizeof(p->from.path));
	if (!error)
		error = client_read_path(client, p->ask.new_path, p->to.path,
					 sizeof(p->to.path));
	if (error)
		return error;
	return client_alive(client) ? 0 : ESRCH;
}

/* What is asked for beyond a plain link or rename is not for sockets. */
static bool is_plain(const struct report_publish *ask)
{
	if (ask->call == PUBLISH_LINK)
		return !(ask->flags & ~(uint32_t)AT_SYMLINK_FOLLOW);
	return !(ask->flags & ~(uint32_t)RENAME_NOREPLACE);
}

static int find_end(const struct call *call, int dirfd, struct end *end)
{
	const bool absolute = end->path[0] == '/';
	autoclose int dir = -1;
	bool changed;
	int error;

	if (!absolute && dirfd != AT_FDCWD) {
		dir = client_fd(&call->client, dirfd);
		if (dir < 0)
			return -dir;
	}
	error = client_act_as(&call->client, &changed);
	if (error)
		return EACCES;
	end->dir = resolve_parent(&call->client, dir, end->path, &end->found.st,
				  &end->base);
	if (changed)
		client_act_as_self(call->sup);
	return end->dir < 0 ? -end->dir : 0;
}

/* The name alone, as the kernel takes it: no slash at its end. */
static bool is_name(const char *base)
{
	return base[0] != '\0' && strcmp(base, ".") != 0 &&
	       strcmp(base, "..") != 0;
}

/* With the client's rights: a link is made of what is held, and nobody asks
 * again who may look into the directory. */
static int hold_node(struct publication *p)
{
	const struct call *call = p->call;
	bool changed;
	int error;

	if (client_act_as(&call->client, &changed) != 0)
		return EACCES;
	p->node = openat(p->from.dir, p->from.base,
			 O_PATH | O_NOFOLLOW | O_CLOEXEC);
	error = p->node < 0 ? errno : 0;
	if (changed)
		client_act_as_self(call->sup);
	return error;
}

static int find(struct publication *p)
{
	int error = find_end(p->call, p->ask.old_dir, &p->from);

	if (!error)
		error = find_end(p->call, p->ask.new_dir, &p->to);
	if (error)
		return error;
	if (!is_name(p->from.base) || !is_name(p->to.base))
		return EACCES;
	return hold_node(p);
}

static bool is_ours(const struct publication *p, const struct stat *st)
{
	return S_ISSOCK(st->st_mode) && bound_has_node(p->call->sup->bound, st);
}

static int link_as(const struct publication *p, const char *name)
{
	char held[32];

	snprintf(held, sizeof(held), "/proc/self/fd/%d", p->node);
	return linkat(AT_FDCWD, held, p->to.dir, name, AT_SYMLINK_FOLLOW) == 0
		       ? 0
		       : errno;
}

static bool is_node(const struct publication *p, const struct end *end)
{
	struct stat held, there;

	return fstat(p->node, &held) == 0 &&
	       fstatat(end->dir, end->base, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       node_same(&held, &there);
}

/* Whatever has the new name is replaced in one step, as by rename(2). */
static int replace(const struct publication *p)
{
	char name[32];
	uint64_t number;
	int error;

	if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
		return EAGAIN;
	snprintf(name, sizeof(name), ".sbx-%016" PRIx64, number);
	error = link_as(p, name);
	if (error)
		return error;
	if (renameat(p->to.dir, name, p->to.dir, p->to.base) == 0)
		return 0;
	error = errno;
	unlinkat(p->to.dir, name, 0);
	return error;
}

static int make_rename(const struct publication *p)
{
	const bool replaces = !(p->ask.flags & RENAME_NOREPLACE);
	int error;

	/* Two links of one file: nothing is done, rename(2). */
	if (replaces && is_node(p, &p->to))
		return 0;
	error = replaces ? replace(p) : link_as(p, p->to.base);
	if (!error && is_node(p, &p->from))
		unlinkat(p->from.dir, p->from.base, 0);
	return error;
}

static int act_confined(void *arg)
{
	const struct publication *p = arg;
	bool changed;

	/* First, as the domain forbids to look at the client. */
	if (client_act_as(&p->call->client, &changed) != 0 ||
	    landlock_confine_move(p->from.dir, p->to.dir) != 0)
		return EACCES;
	return p->ask.call == PUBLISH_LINK ? link_as(p, p->to.base)
					   : make_rename(p);
}

/* The name as the program gave it, for the log; an address has less room. */
static void set_address(struct call *call, const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	const size_t len = strlen(path);

	if (len > sizeof(addr.sun_path))
		return;
	memcpy(addr.sun_path, path, len);
	addr_decode(&call->addr, &addr, sizeof(addr));
	call->has_addr = true;
}

static struct answer refuse(const struct publication *p,
			    const struct policy_verdict *verdict,
			    const struct end *end, const char *note)
{
	set_address(p->call, end->path);
	return call_refuse(p->call, verdict, TARGET_PATH, end->found.name,
			   end->found.len, note);
}

/* Both names are judged, so that both are known to the log. */
static struct answer judge_and_act(struct publication *p)
{
	struct bound *bound = p->call->sup->bound;
	const struct policy_verdict from = judge_bind(
		p->call->sup, p->from.dir, p->from.base, &p->from.found);
	const struct policy_verdict to =
		judge_bind(p->call->sup, p->to.dir, p->to.base, &p->to.found);
	const struct policy_verdict stranger =
		policy_refusal(p->call->sup->policy);
	struct stat st;
	int error;

	if (fstat(p->node, &st) != 0 || !S_ISSOCK(st.st_mode))
		return answer_error(EACCES);
	if (!is_ours(p, &st))
		return refuse(p, &stranger, &p->from,
			      "a socket from outside cannot be moved or "
			      "linked");
	if (!from.allow)
		return refuse(p, &from, &p->from, p->from.found.note);
	if (!to.allow)
		return refuse(p, &to, &p->to, p->to.found.note);
	bound_change(bound);
	error = apart_run(act_confined, p);
	bound_changed(bound);
	return answer_error(error);
}

static void clean_up(const struct publication *p)
{
	clean_close(&p->from.dir);
	clean_close(&p->to.dir);
	clean_close(&p->node);
}

static struct answer publish(struct publication *p)
{
	int error = read_request(p);

	if (error == EACCES)
		return call_uninspectable(p->call);
	if (error)
		return answer_error(error);
	if (p->call->sup->policy->unix_all || !is_plain(&p->ask))
		return answer_error(EACCES);
	error = find(p);
	return error ? answer_error(error) : judge_and_act(p);
}

struct answer op_publish(struct call *call)
{
	struct publication p = {.call = call, .node = -1};
	struct answer answer;

	call->op = OP_BIND;
	call->domain = AF_UNIX;
	p.from.dir = p.to.dir = -1;
	answer = publish(&p);
	clean_up(&p);
	/* The errno of the call is the result of a successful prctl(2). */
	if (answer.error == EPROTO || answer.error == ESRCH)
		return answer;
	return (struct answer){.value = answer.error};
}
