/* SPDX-License-Identifier: MIT */
/* risk.c - what it means to reach a well-known socket.
 *
 * Names are compared by components: the end of a path matches, so that a
 * user's own run-time directory, or another place for the same socket, does.
 */
#include "risk.h"

#include <stdbool.h>
#include <string.h>

/* "*" stands for any bytes; at the end, for what is left of a component. */
static const struct known {
	const char *end;
	enum risk risk;
} paths[] = {
	{"/docker.sock", RISK_ROOT},
	{"/podman/podman.sock", RISK_ROOT},
	{"/containerd/containerd.sock", RISK_ROOT},
	{"/containerd.sock", RISK_ROOT},
	{"/crio/crio.sock", RISK_ROOT},
	{"/buildkit/buildkitd.sock", RISK_ROOT},
	{"/libvirt/*", RISK_ROOT},
	{"/lxd/unix.socket", RISK_ROOT},
	{"/incus/unix.socket", RISK_ROOT},
	{"/snapd.socket", RISK_ROOT},
	{"/systemd/private", RISK_ROOT},
	{"/dbus/system_bus_socket", RISK_ROOT},
	{"/systemd/io.systemd.*", RISK_ROOT},
	{"/bus", RISK_SESSION},
	{"/dbus-*", RISK_SESSION},
	{"/.X11-unix/*", RISK_SESSION},
	{"/wayland-*", RISK_SESSION},
	{"/tmux-*/default", RISK_SESSION},
	{"/at-spi/*", RISK_SESSION},
	{"/S.gpg-agent*", RISK_CREDENTIAL},
	{"/S.scdaemon", RISK_CREDENTIAL},
	{"/agent.*", RISK_CREDENTIAL}, /* ssh-agent */
	{"/ssh-agent*", RISK_CREDENTIAL},
	{"/keyring/*", RISK_CREDENTIAL},
	{"/gcr/*", RISK_CREDENTIAL},
	{"/git-credential-cache/*", RISK_CREDENTIAL},
	{"/pcscd/pcscd.comm", RISK_CREDENTIAL},
};

static const struct known names[] = {
	{"/tmp/.X11-unix/*", RISK_SESSION},
	{"/tmp/dbus-*", RISK_SESSION},
	{"*/bus/systemd/*", RISK_SESSION},
};

/* The last star of a pattern. */
static bool is_rest(const char *name, const char *end)
{
	return !memchr(name, '/', (size_t)(end - name));
}

/* Does @name match @pattern as a whole? */
static bool matches(const char *pattern, const char *name, const char *end)
{
	const char *star = strchr(pattern, '*');
	const size_t head = star ? (size_t)(star - pattern) : strlen(pattern);

	if ((size_t)(end - name) < head || memcmp(name, pattern, head) != 0)
		return false;
	name += head;
	if (!star || !star[1])
		return star ? is_rest(name, end) : name == end;
	for (; name < end; name++)
		if (matches(star + 1, name, end))
			return true;
	return false;
}

enum risk risk_of_path(const char *name, size_t len)
{
	const char *end = name + len;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		for (const char *at = name; at < end; at++)
			if (*at == '/' && matches(paths[i].end, at, end))
				return paths[i].risk;
	return RISK_BENIGN;
}

enum risk risk_of_abstract(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (matches(names[i].end, name, name + len))
			return names[i].risk;
	return RISK_BENIGN;
}

const char *risk_text(enum risk risk)
{
	static const char *const texts[] = {
		[RISK_BENIGN] = "benign",
		[RISK_CREDENTIAL] = "credential",
		[RISK_SESSION] = "session escape",
		[RISK_ROOT] = "root-equivalent",
	};

	return texts[risk];
}
