/* SPDX-License-Identifier: MIT */
/* device.c - which network device packets leave by; who shares a port.
 *
 * Theory of operation
 *
 * A route is looked for on the device that a socket or a message chooses, and
 * what goes to 127.0.0.1 or [::1] then leaves the machine, if that has a
 * default route (measured on Linux 6.18).  Nobody answers there, but whoever
 * listens on the wire gets the bytes.  So where the policy grants some of the
 * loopback, no other device is chosen.  An option is therefore set here, from
 * our own copy; of the other ways the filter knows (withheld_options.h).
 *
 * A UDP socket that is bound to no particular port gets a free one, but one
 * that may share its port gets one of somebody outside who may, too, and with
 * it what is sent to him.  So no UDP socket may.  Programs take that for
 * granted, and it has no other use where a port cannot be chosen: they are told
 * that it was done.
 */
#include "device.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include "../../policy/inet.h"

#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62 /* Linux 5.0 */
#endif
#define LOOPBACK_INDEX 1 /* LOOPBACK_IFINDEX in include/net/flow.h */

static bool leads_away(const struct call *call, unsigned int index)
{
	return index != 0 && index != LOOPBACK_INDEX &&
	       policy_stays_home(call->sup->policy);
}

static bool is_of_a_link(const struct addr *addr)
{
	const uint8_t *ip = addr->ip;

	return addr->kind == ADDR_INET6 &&
	       ((ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80) || ip[0] == 0xff);
}

/* ---- in a message, by an address ---------------------------------------- */

bool device_is_chosen(const struct call *call, const struct cmsghdr *c)
{
	const size_t len = c->cmsg_len - CMSG_LEN(0);
	struct in_pktinfo info = {0};
	struct in6_pktinfo info6 = {.ipi6_ifindex = 0};

	if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
		memcpy(&info, CMSG_DATA(c),
		       len < sizeof(info) ? len : sizeof(info));
		return leads_away(call, (unsigned int)info.ipi_ifindex);
	}
	if (c->cmsg_level != IPPROTO_IPV6 ||
	    (c->cmsg_type != IPV6_PKTINFO && c->cmsg_type != IPV6_2292PKTINFO))
		return false;
	memcpy(&info6, CMSG_DATA(c), len < sizeof(info6) ? len : sizeof(info6));
	return leads_away(call, info6.ipi6_ifindex);
}

/* Bound to a device that does not exist, at birth: see socket.c. */
static bool is_jailed(struct call *call)
{
	const struct policy *policy = call->sup->policy;

	return policy->network == NETWORK_NONE &&
	       call_type(call) == SOCK_STREAM &&
	       !policy_mediates(policy, SOCK_STREAM);
}

/* An address of one link binds to its device, whatever the socket was bound to
 * before (__inet6_bind()): one that was jailed would be free. */
bool device_is_bound(struct call *call)
{
	if (!is_of_a_link(&call->addr) || call->addr.scope == 0)
		return false;
	return is_jailed(call) || leads_away(call, call->addr.scope);
}

/* ---- by a connect ------------------------------------------------------- */

/* One to an address of a link binds to its device, too, or to the one that
 * IPV6_MULTICAST_IF has chosen, even if it fails (tcp_v6_connect(),
 * __ip6_datagram_connect()).  It may be granted; to go to the loopback by that
 * device is not. */
static bool is_to_loopback(const struct addr *addr)
{
	struct addr reached;

	inet_reached(&reached, addr);
	return inet_is_loopback(&reached);
}

enum device_use device_use(const struct call *call)
{
	if (!policy_stays_home(call->sup->policy))
		return DEVICE_OF_NOTHING;
	if (is_to_loopback(&call->addr))
		return DEVICE_OF_LOOPBACK;
	return call->op == OP_CONNECT && is_of_a_link(&call->addr)
		       ? DEVICE_OF_LINK
		       : DEVICE_OF_NOTHING;
}

static bool is_connected_to_loopback(int fd)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	struct addr addr;

	if (getpeername(fd, (struct sockaddr *)&peer, &len) != 0)
		return false;
	addr_decode(&addr, &peer, len);
	return is_to_loopback(&addr);
}

bool device_leads_away(const struct call *call, enum device_use use)
{
	unsigned int index = 0;
	socklen_t len = sizeof(index);

	/* If it fails, the peer may be the same as before. */
	if (use == DEVICE_OF_LINK)
		return is_connected_to_loopback(call->fd);
	return use == DEVICE_OF_LOOPBACK &&
	       (getsockopt(call->fd, SOL_SOCKET, SO_BINDTOIFINDEX, &index,
			   &len) != 0 ||
		leads_away(call, index));
}

/* ---- by an option ------------------------------------------------------- */

struct option {
	int name;
	union {
		char device[IFNAMSIZ];
		int index;
	} value;
	socklen_t len;
};

/* As sock_setbindtodevice() and sk_setsockopt() in net/core/sock.c. */
static int copy(struct option *option, const struct call *call)
{
	const __u64 *args = call->req->data.args;
	const int len = (int)args[4];
	int error;

	memset(option, 0, sizeof(*option));
	option->name = (int)args[2];
	if (len < 0 || (option->name != SO_BINDTODEVICE &&
			(size_t)len < sizeof(option->value.index)))
		return EINVAL;
	option->len = option->name != SO_BINDTODEVICE
			      ? sizeof(option->value.index)
		      : len > IFNAMSIZ - 1 ? IFNAMSIZ - 1
					   : (socklen_t)len;
	error = client_read(&call->client, args[3], &option->value,
			    option->len);
	if (error)
		return error;
	return client_alive(&call->client) ? 0 : ESRCH;
}

/* The names of devices are those of our network namespace. */
static bool is_home(const struct option *option)
{
	if (option->name == SO_BINDTODEVICE)
		return option->value.device[0] == '\0' ||
		       if_nametoindex(option->value.device) == LOOPBACK_INDEX;
	return option->value.index == 0 ||
	       option->value.index == LOOPBACK_INDEX;
}

static int set(struct call *call, const struct option *option)
{
	bool changed;
	int error = client_act_as(&call->client, &changed);

	if (error)
		return EACCES;
	error = setsockopt(call->fd, SOL_SOCKET, option->name, &option->value,
			   option->len) == 0
			? 0
			: errno;
	if (changed)
		client_act_as_self(call->sup);
	return error;
}

static bool is_about_sharing(int name)
{
	return name == SO_REUSEADDR || name == SO_REUSEPORT;
}

static bool is_udp(struct call *call)
{
	return (call->domain == AF_INET || call->domain == AF_INET6) &&
	       call_type(call) != SOCK_STREAM;
}

static int judge(struct call *call, const struct option *option)
{
	if (is_about_sharing(option->name))
		return is_udp(call) ? 0 : set(call, option);
	return is_home(option) ? set(call, option) : EPERM;
}

struct answer op_setsockopt(struct call *call)
{
	struct option option;
	int error;

	/* Otherwise the client may choose, and its threads may change it. */
	if (!is_about_sharing((int)call->req->data.args[2]) &&
	    !policy_stays_home(call->sup->policy))
		return answer_continue();
	error = call_socket(call, (int)call->req->data.args[0]);
	if (!error)
		error = copy(&option, call);
	if (error)
		return call_failed(call, error);
	return answer_error(judge(call, &option));
}
