/* SPDX-License-Identifier: MIT */
/* judge.c - policy decisions about nodes, from pinned directories. */
#include "judge.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../clean.h"
#include "bound.h"
#include "client.h"
#include "names.h"
#include "node.h"

struct held {
	const struct supervisor *sup;
	const struct stat *st; /* node, or directory for OP_BIND */
};

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Look @path up beneath @dir without following any symbolic link. */
static int stat_beneath(int dir, const char *path, struct stat *st)
{
	const struct open_how how = {
		.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
			   RESOLVE_NO_MAGICLINKS,
	};
	autoclose int fd = -1;

	if (path[0] == '\0')
		return fstat(dir, st);
	if (!strchr(path, '/'))
		return fstatat(dir, path, st, AT_SYMLINK_NOFOLLOW);
	fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
	return fd < 0 ? -1 : fstat(fd, st);
}

/* What of @name lies beneath the rule's pinned directory. */
static const char *beneath_pin(const struct policy_rule *rule, const char *name)
{
	const char *rest = name + rule->pin_len;

	return rest + (rest[0] == '/');
}

/* Whether others could have led us elsewhere is a question about everyone in
 * the sandbox, not about the client that we may be acting as. */
static bool way_is_safe(const struct supervisor *sup,
			const struct policy *policy, unsigned int rule)
{
	bool safe;

	client_act_pause(sup);
	safe = pins_way_is_safe(sup->pins, policy, rule);
	client_act_resume();
	return safe;
}

static bool revived(const struct supervisor *sup, const struct policy *policy,
		    unsigned int rule)
{
	bool done;

	client_act_pause(sup);
	done = pins_revive(sup->pins, policy, rule) == 0;
	client_act_resume();
	return done;
}

/* The request's node as seen from the rule's pin: for bind, the directory
 * that the name is in. */
static bool seen_from_pin(const struct held *held, const struct policy *policy,
			  unsigned int rule,
			  const struct policy_request *request)
{
	const struct supervisor *sup = held->sup;
	const char *rest = beneath_pin(&policy->rules[rule], request->name);
	char path[PATH_TEXT_MAX];
	struct stat st;
	char *slash;

	strcpy(path, rest);
	if (request->op == OP_BIND) {
		slash = strrchr(path, '/');
		*(slash ? slash : path) = '\0';
	}
	if (stat_beneath(sup->pins->fd[rule], path, &st) == 0)
		return node_same(&st, held->st);
	return revived(sup, policy, rule) &&
	       stat_beneath(sup->pins->fd[rule], path, &st) == 0 &&
	       node_same(&st, held->st);
}

int judge_directory(const struct policy_request *request,
		    const struct stat *node)
{
	const struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	const char *slash = strrchr(request->name, '/');
	char dir[PATH_TEXT_MAX];
	autoclose int fd = -1;
	struct stat st;

	memcpy(dir, request->name, (size_t)(slash - request->name) + 1);
	dir[slash - request->name + 1] = '\0';
	fd = (int)syscall(SYS_openat2, AT_FDCWD, dir, &how, sizeof(how));
	if (fd < 0 ||
	    (request->op == OP_BIND
		     ? fstat(fd, &st)
		     : fstatat(fd, slash + 1, &st, AT_SYMLINK_NOFOLLOW)) != 0)
		return -1;
	return node_same(&st, node) ? steal_fd(&fd) : -1;
}

/* Is it the rule's directory, or a part of it that is mounted elsewhere? */
static bool is_denied_directory(const struct pins *pins, unsigned int rule,
				const struct stat *dir)
{
	struct stat st;

	if (fstat(pins->fd[rule], &st) != 0 || node_same(&st, dir))
		return true;
	for (unsigned int i = 0; i < pins->aliases; i++)
		if (pins->alias[i].rule == rule &&
		    (fstat(pins->alias[i].fd, &st) != 0 || node_same(&st, dir)))
			return true;
	return false;
}

/* Is the node beneath the rule's directory, by whatever name that has now?
 * If it cannot be told, it is. */
static bool beneath_denied(const struct held *held, unsigned int rule,
			   const struct policy_request *request)
{
	autoclose int dir = judge_directory(request, held->st);
	struct stat st, last = {0};

	if (dir < 0)
		return true;
	for (;;) {
		const int up = openat(dir, "..", O_PATH | O_CLOEXEC);

		if (fstat(dir, &st) != 0 || up < 0 ||
		    is_denied_directory(held->sup->pins, rule, &st)) {
			clean_close(&up);
			return true;
		}
		close(dir);
		dir = up;
		if (node_same(&st, &last) || node_same(&st, &held->sup->root))
			return false;
		last = st;
	}
}

static bool is_told(const struct held *held, const struct policy *policy,
		    unsigned int rule)
{
	bool told;

	client_act_pause(held->sup);
	told = pins_tell_node(policy, rule);
	client_act_resume();
	return told;
}

/* The command cannot change the last component of another one's socket. */
static bool may_be_denied(const struct held *held, const struct policy *policy,
			  unsigned int rule,
			  const struct policy_request *request)
{
	const char *name = policy_rule_name(policy, &policy->rules[rule]);

	return strcmp(last_component(request->name), last_component(name)) ==
		       0 &&
	       !bound_has_node(held->sup->bound, held->st);
}

/* An exception for a node is found by the directory that was there at start.
 * If that may have been moved, the node may be in another one by now; and its
 * owner may have closed it, so that we see nothing there. */
static bool is_denied_node(const struct held *held, const struct policy *policy,
			   unsigned int rule,
			   const struct policy_request *request)
{
	const struct policy_rule *r = &policy->rules[rule];
	struct stat st;
	bool seen = true;

	if (stat_beneath(held->sup->pins->fd[rule],
			 beneath_pin(r, policy_rule_name(policy, r)), &st) != 0)
		seen = errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
	else if (node_same(&st, held->st))
		return true;
	return may_be_denied(held, policy, rule, request) &&
	       (!seen || !is_told(held, policy, rule));
}

/* An exception holds for its node or directory under any name, a grant only
 * for its own name: both err towards refusing. */
static bool match_held(const struct policy *policy, unsigned int rule,
		       const struct policy_request *request, void *ctx)
{
	const struct policy_rule *r = &policy->rules[rule];
	const struct held *held = ctx;
	const bool named = policy_match_text(policy, rule, request, NULL);

	if (r->effect == EFFECT_ALLOW)
		return named && seen_from_pin(held, policy, rule, request) &&
		       (request->op == OP_BIND ||
			way_is_safe(held->sup, policy, rule));
	if (named)
		return true;
	if (r->kind == RULE_TREE)
		return beneath_denied(held, rule, request);
	return request->op != OP_BIND &&
	       is_denied_node(held, policy, rule, request);
}

static const struct policy_verdict was_bound_inside = {
	.allow = true,
	.inside = true,
	.rule = -1,
};

/* If it was bound inside: no exception says otherwise, and no grant says so
 * but one that --audit adds. */
static bool needs_no_grant(const struct supervisor *sup,
			   const struct policy_verdict *verdict)
{
	if (!verdict->allow)
		return verdict->rule < 0;
	return verdict->rule >= 0 &&
	       (unsigned int)verdict->rule >= sup->strict->rule_count;
}

/* By name and inode, once the node's name is known. */
static struct policy_verdict judge_named(const struct supervisor *sup, int pin,
					 struct found *found)
{
	struct held held = {.sup = sup, .st = &found->st};
	const int len = path_of_fd(pin, found->name, sizeof(found->name));
	const struct policy_request request = {
		.op = OP_CONNECT,
		.kind = TARGET_PATH,
		.name = found->name,
		.len = len > 0 ? (size_t)len : 0,
	};
	struct policy_verdict verdict;

	found->len = request.len;
	found->note = NULL;
	if (len <= 0) {
		found->name[0] = '\0';
		found->note = "it has no name";
	} else if (found->st.st_nlink != 1 &&
		   !bound_has_node(sup->bound, &found->st)) {
		found->note = "it has several hard links";
	}
	if (found->note && !sup->policy->unix_all)
		return policy_refusal(sup->policy);
	found->note = NULL;
	verdict = policy_decide(sup->policy, &request, match_held, &held);
	if (needs_no_grant(sup, &verdict) &&
	    bound_has_node(sup->bound, &found->st))
		return was_bound_inside;
	return verdict;
}

static bool has_denials(const struct policy *policy)
{
	for (unsigned int i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].effect == EFFECT_DENY)
			return true;
	return false;
}

/* The usual case, one system call: a granted node under its own last name.
 * Returns the rule, or -1 for the long way. */
static int granted_node(const struct supervisor *sup, const char *spelling,
			const struct stat *node)
{
	const struct policy *policy = sup->policy;
	const char *base = last_component(spelling);

	for (unsigned int i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rules[i];
		const char *rest =
			beneath_pin(rule, policy_rule_name(policy, rule));
		struct stat st;

		if (rule->kind == RULE_NODE && rule->effect == EFFECT_ALLOW &&
		    (rule->ops & (1U << OP_CONNECT)) &&
		    strcmp(base, rest) == 0 &&
		    stat_beneath(sup->pins->fd[i], rest, &st) == 0 &&
		    node_same(&st, node) && way_is_safe(sup, policy, i))
			return (int)i;
	}
	return -1;
}

/* A granted node has the name by which it is granted. */
static void name_granted(const struct supervisor *sup, int rule,
			 struct found *found)
{
	const struct policy_rule *r = &sup->policy->rules[rule];

	found->note = NULL;
	found->len = r->name_len;
	memcpy(found->name, policy_rule_name(sup->policy, r), found->len + 1);
}

bool judge_kernel_knows_inside(const struct supervisor *sup)
{
	return sup->grants && !sup->made;
}

/* A socket that we made is forgotten once its call went on, as nobody tells us
 * what came of it (made.c); a program that tries once more needs it. */
static bool kernel_allows(const struct supervisor *sup, int rule,
			  const struct stat *node)
{
	return judge_kernel_knows_inside(sup) &&
	       (rule < 0 || landlock_covers(sup->grants, sup->pins, sup->policy,
					    (unsigned int)rule, node));
}

struct policy_verdict judge_connect(const struct supervisor *sup, int pin,
				    const char *spelling, struct found *found)
{
	const int quick = found->st.st_nlink == 1 && !has_denials(sup->policy)
				  ? granted_node(sup, spelling, &found->st)
				  : -1;
	struct policy_verdict verdict = {.allow = true, .rule = quick};

	if (quick < 0)
		verdict = judge_named(sup, pin, found);
	else
		name_granted(sup, quick, found);
	found->kernel =
		verdict.allow && kernel_allows(sup, verdict.rule, &found->st);
	return verdict;
}

struct policy_verdict judge_bind(const struct supervisor *sup, int parent,
				 const char *base, struct found *found)
{
	struct held held = {.sup = sup, .st = &found->st};
	struct policy_request request = {.op = OP_BIND, .kind = TARGET_PATH};
	int len = path_of_fd(parent, found->name, sizeof(found->name));

	found->note = NULL;
	found->len = 0;
	if (len <= 0 || (size_t)len + 1 + strlen(base) >= PATH_TEXT_MAX) {
		found->name[0] = '\0';
		found->note = "its directory has no name";
		return policy_refusal(sup->policy);
	}
	if (found->name[len - 1] != '/')
		found->name[len++] = '/';
	strcpy(found->name + len, base);
	found->len = strlen(found->name);
	request.name = found->name;
	request.len = found->len;
	return policy_decide(sup->policy, &request, match_held, &held);
}

/* --private-sockets allows any name, but a rule comes first. */
static bool is_private(const struct supervisor *sup,
		       const struct policy_request *request,
		       const struct policy_verdict *verdict)
{
	return verdict->allow && needs_no_grant(sup, verdict) &&
	       policy_decide(sup->strict, request, NULL, NULL).allow;
}

struct policy_verdict judge_abstract(const struct supervisor *sup,
				     enum policy_op op, int type,
				     const char *name, size_t len)
{
	const struct policy_request request = {
		.op = op,
		.kind = TARGET_ABSTRACT,
		.name = name,
		.len = len,
	};
	const struct policy_verdict verdict =
		policy_decide(sup->policy, &request, NULL, NULL);

	if (op == OP_BIND && is_private(sup, &request, &verdict))
		return (struct policy_verdict){.allow = true, .rule = -1};
	if (needs_no_grant(sup, &verdict) && op != OP_BIND &&
	    names_has(sup->names, name, len, type))
		return was_bound_inside;
	return verdict;
}

struct policy_verdict judge_autobind(const struct supervisor *sup)
{
	const struct policy_request request = {
		.op = OP_BIND,
		.kind = TARGET_AUTOBIND,
	};
	const struct policy_verdict verdict =
		policy_decide(sup->policy, &request, NULL, NULL);

	return is_private(sup, &request, &verdict)
		       ? (struct policy_verdict){.allow = true, .rule = -1}
		       : verdict;
}

struct policy_verdict judge_kind(const struct supervisor *sup,
				 enum policy_op op, enum target_kind kind)
{
	const struct policy_request request = {.op = op, .kind = kind};

	return policy_decide(sup->policy, &request, NULL, NULL);
}
