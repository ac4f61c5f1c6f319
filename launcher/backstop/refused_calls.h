/* SPDX-License-Identifier: MIT */
/* refused_calls.h - calls that are refused by what registers say of them; part
 * of gen_filter.c.
 *
 * None of them makes, connects or names a socket, so nobody else would look at
 * them. docs/decisions.md tells what each was seen to do.
 */
#ifndef SBX_REFUSED_CALLS_H
#define SBX_REFUSED_CALLS_H

#include <asm/sockios.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/if_tun.h>
#include <linux/mount.h>
#include <linux/ppp-ioctl.h>
#include <linux/vhost.h>
#include <seccomp.h>
#include <sys/ioctl.h>

#include "filter.h"

/* Constants that Debian 12's headers lack, values from 7.2's. */
#ifndef OPEN_TREE_NAMESPACE
#define OPEN_TREE_NAMESPACE (1 << 1) /* Linux 7.0 */
#endif
#define OPEN_TREE_ATTR 467 /* the call, Linux 6.15 */

#define LOW32  0xffffffffULL
#define SIGN32 0x80000000ULL

#define IP	(FILTER_IP)
#define NETWORK (FILTER_IP | FILTER_ISOLATED)

#define SET(arg)       SCMP_CMP64(arg, SCMP_CMP_NE, 0)
#define IS(arg, value) SCMP_CMP64(arg, SCMP_CMP_MASKED_EQ, LOW32, value)
#define HAS(arg, mask) SCMP_CMP64(arg, SCMP_CMP_MASKED_EQ, mask, mask)
#define NO_IOCTL(f, name)                                                      \
	{                                                                      \
		SCMP_SYS(ioctl), EPERM, f, 1,                                  \
		{                                                              \
			IS(1, name)                                            \
		}                                                              \
	}

static const struct refused_call {
	int call, error;
	unsigned int features; /* any of them; 0: always */
	unsigned int conditions;
	struct scmp_arg_cmp condition[2];
} refused_calls[] = {
	/* A library falls back on ENOSYS. */
	{SCMP_SYS(io_uring_setup), ENOSYS, 0, 0, {{0}}},
	{SCMP_SYS(io_uring_enter), ENOSYS, 0, 0, {{0}}},
	{SCMP_SYS(io_uring_register), ENOSYS, 0, 0, {{0}}},

	/* What reaches out of here without any capability.  Whose owner one is,
	 * in that user namespace below one's own one has every right
	 * (cap_capable()), and may enter it and its networks: those of a user's
	 * own containers.  Landlock guards /proc, but not what is mounted
	 * elsewhere, nor, from Linux 6.18 on, open_by_handle_at(2). */
	{SCMP_SYS(setns), EPERM, 0, 0, {{0}}},
	/* For a key that is not there the kernel starts request-key(8), as
	 * root, which may ask a name server; where that program is missing the
	 * answer is the same. */
	{SCMP_SYS(request_key), ENOKEY, 0, 1, {SET(2)}},
	/* As Landlock says of mount(2), of which this is the part that it does
	 * not know: an overlay that is attached nowhere makes socket files by
	 * copying them up, where none may be made (fs/overlayfs/). */
	{SCMP_SYS(fsmount), EPERM, 0, 0, {{0}}},
	/* Landlock walks up from a file to the root of the mount that it was
	 * reached by. A directory that was moved out of there is taken for a
	 * part of where it is and of where the mount is; so is whatever a
	 * handle means. */
	{SCMP_SYS(open_tree), EPERM, 0, 1, {HAS(2, OPEN_TREE_CLONE)}},
	{SCMP_SYS(open_tree), EPERM, 0, 1, {HAS(2, OPEN_TREE_NAMESPACE)}},
	{OPEN_TREE_ATTR, EPERM, 0, 1, {HAS(2, OPEN_TREE_CLONE)}},
	{OPEN_TREE_ATTR, EPERM, 0, 1, {HAS(2, OPEN_TREE_NAMESPACE)}},
	{SCMP_SYS(open_by_handle_at), EPERM, FILTER_UNIX, 0, {{0}}},
	/* A snapshot of btrfs copies sockets, too; and in a new subvolume there
	 * are inode numbers again by which sockets are told apart elsewhere. */
	NO_IOCTL(FILTER_UNIX, BTRFS_IOC_SNAP_CREATE),
	NO_IOCTL(FILTER_UNIX, BTRFS_IOC_SNAP_CREATE_V2),
	NO_IOCTL(FILTER_UNIX, BTRFS_IOC_SUBVOL_CREATE),
	NO_IOCTL(FILTER_UNIX, BTRFS_IOC_SUBVOL_CREATE_V2),
	/* Whoever may open what root has pinned may run it on packets that he
	 * has made up, which then arrive or leave (BPF_PROG_TEST_RUN). */
	{SCMP_SYS(bpf), EPERM, NETWORK, 0, {{0}}},

	/* What signals a process outside and is no kill(2), so that Landlock
	 * does not hear of it: a limit of processor time that has been reached;
	 * a deadline that root sets; a terminal that hangs up. */
	{SCMP_SYS(prlimit64), EPERM, 0, 2, {SET(0), SET(2)}},
	{SCMP_SYS(sched_setattr), EPERM, 0, 1, {SET(0)}},
	{SCMP_SYS(vhangup), EPERM, 0, 0, {{0}}},
	/* Landlock does hear of SIGIO, but until 2026 let it go to the whole
	 * group of whoever asked for it, which may be one that he has just
	 * joined; three of these hide in memory whom they mean. */
	{SCMP_SYS(fcntl), EPERM, 0, 2, {IS(1, F_SETOWN), HAS(2, SIGN32)}},
	{SCMP_SYS(fcntl), EPERM, 0, 1, {IS(1, F_SETOWN_EX)}},
	NO_IOCTL(0, FIOSETOWN),
	NO_IOCTL(0, SIOCSPGRP),

	/* They type into the caller's terminal. */
	NO_IOCTL(0, TIOCSTI),
	NO_IOCTL(0, TIOCLINUX),

	/* A device of tun(4) that was made to stay is taken by its owner, or by
	 * anybody if it has none: what is written there arrives as from the
	 * network.  The same can be had of a link of ppp that is up, by root,
	 * whose capabilities are looked for in the user namespace that he has
	 * opened /dev/ppp in (ppp_open()). */
	NO_IOCTL(IP, TUNSETIFF),
	NO_IOCTL(IP, PPPIOCATTACH),
	NO_IOCTL(IP, PPPIOCATTCHAN),
	NO_IOCTL(IP, PPPIOCNEWUNIT),
	/* Who has /dev/vhost-vsock is a virtual machine to the sockets of
	 * AF_VSOCK, which lie in no network; vhost-vdpa is a network card. */
	NO_IOCTL(NETWORK, VHOST_SET_OWNER),
};

#endif /* SBX_REFUSED_CALLS_H */
