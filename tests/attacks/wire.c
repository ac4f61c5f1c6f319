/* SPDX-License-Identifier: MIT */
/* wire.c - a network of the judge's own, whose wire it watches.
 *
 * A network namespace with the loopback and one more interface, at 192.0.2.1
 * and 2001:db8::1, behind which everything lies and nobody answers.  The judge
 * holds the other end of it: TCP and UDP that arrives there has left.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge.h"

/* Neighbours are told, so that nothing waits for them. */
static const char setup[] =
	"link set lo up\n"
	"link add wire0 type veth peer name wire1\n"
	"link set wire0 up\n"
	"link set wire1 up\n"
	"addr add 192.0.2.1/24 dev wire0\n"
	"addr add 2001:db8::1/64 dev wire0 nodad\n"
	"addr add fe80::1/64 dev wire0 nodad\n"
	"neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev wire0\n"
	"neigh add 2001:db8::2 lladdr 02:00:00:00:00:02 dev wire0\n"
	"route add default via 192.0.2.2\n"
	"route add ::/0 via 2001:db8::2\n";

/* Where there are such devices: one to which nobody has attached yet. */
static const char setup_tun[] = "tuntap add dev tun0 mode tun\n"
				"addr add 198.51.100.1/24 dev tun0\n"
				"link set tun0 up\n";

/* The kernel itself speaks ICMPv6 there; others say what the attack said. */
static const struct sock_filter filter[] = {
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 2),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETH_HLEN + 9),
	BPF_JUMP(BPF_JMP | BPF_JA, 2, 0, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, 7),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETH_HLEN + 6),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 4, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 3, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ROUTING, 2, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMP, 1, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_IGMP, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 0xffff),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

/* Beyond the own user namespace they are worth nothing. */
static void keep_rights(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct sets[2];

	if (syscall(SYS_capget, &header, sets))
		return;
	sets[0].inheritable |= 1u << CAP_NET_ADMIN;
	syscall(SYS_capset, &header, sets);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0);
}

/* ip(8), reading what to do. */
static bool set_up(const char *what)
{
	int in[2], status = -1;
	pid_t pid;

	if (pipe(in))
		return false;
	pid = fork();
	if (!pid) {
		dup2(in[0], 0);
		dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 2);
		close(in[1]);
		keep_rights();
		setenv("PATH", "/usr/sbin:/sbin:/usr/bin:/bin", 1);
		execlp("ip", "ip", "-force", "-batch", "-", (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	write(in[1], what, strlen(what));
	close(in[1]);
	waitpid(pid, &status, 0);
	return status == 0;
}

static int watch_wire(void)
{
	const struct sock_fprog program = {
		sizeof(filter) / sizeof(filter[0]),
		(struct sock_filter *)filter,
	};
	struct sockaddr_ll end = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex("wire1"),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
		       sizeof(program)) ||
	    bind(fd, (struct sockaddr *)&end, sizeof(end)))
		return -1;
	return fd;
}

static int wire = -1;

const char *wire_open(void)
{
	char group[32];

	if (!new_namespaces(CLONE_NEWNET))
		return "no network namespace";
	/* Whoever may send echo requests may do so here. */
	snprintf(group, sizeof(group), "%u %u", getgid(), getgid());
	write_text("/proc/sys/net/ipv4/ping_group_range", group);
	if (!set_up(setup))
		return "no interface for it: ip(8) failed";
	set_up(setup_tun);
	wire = watch_wire();
	return wire < 0 ? "no packet socket" : NULL;
}

/* As root leaves his programs, in a mount namespace that ends with us. */
const char *wire_pin(void)
{
	static const struct bpf_insn pass[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr load = {.prog_type = BPF_PROG_TYPE_XDP};
	union bpf_attr pin = {.pathname = (uintptr_t)PINNED};
	int fd;

	load.insns = (uintptr_t)pass;
	load.insn_cnt = sizeof(pass) / sizeof(pass[0]);
	load.license = (uintptr_t) "";
	if (!new_namespaces(CLONE_NEWNS) ||
	    mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL))
		return "no file system for programs";
	fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load));
	pin.bpf_fd = (uint32_t)fd;
	if (fd < 0 || syscall(SYS_bpf, BPF_OBJ_PIN, &pin, sizeof(pin)))
		return "no program";
	close(fd);
	return NULL;
}

void wire_watch(void)
{
	if (wire >= 0)
		targets_watch(wire, "packets that leave this machine");
}

void wire_inherit(int number)
{
	const struct sockaddr_ll end = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = (int)if_nametoindex("wire0"),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	bind(fd, (const struct sockaddr *)&end, sizeof(end));
	dup2(fd, number);
	close(fd);
}
