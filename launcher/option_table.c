/* SPDX-License-Identifier: MIT */
/* option_table.c - every option of sbx-run: its value, texts and effect.
 *
 * Long because it is one table, of which --help and the manual page are made.
 */
#include "option_table.h"

#define SOCKETS	    "AF_UNIX sockets"
#define NETWORK	    "Network"
#define ENFORCEMENT "Enforcement"
#define MESSAGES    "Messages"
#define INSTEAD	    "Instead of running a command"

const struct option_spec option_table[] = {
	{
		.name = "allow-unix-socket",
		.arg = "PATH",
		.group = SOCKETS,
		.in_config = true,
		.help = "connect, send and bind at PATH; a directory grants "
			"everything beneath it; @NAME is an abstract name, "
			"@PREFIX* all that start so",
		.more = ".Ar PATH\n"
			"is made canonical once, at start: it may be\n"
			"relative, and symbolic links are resolved.\n"
			"A\n"
			".Ar PATH\n"
			"that does not exist yet grants exactly that name;\n"
			"a directory must exist to grant what is beneath\n"
			"it, and must not show what a bind mount shows in\n"
			"another place, too.\n"
			"May be repeated.\n",
		.set = option_allow,
		.value = OPS_ALL,
	},
	{
		.name = "allow-unix-connect",
		.arg = "PATH",
		.group = SOCKETS,
		.in_config = true,
		.help = "the same, only to connect and send",
		.set = option_allow,
		.value = OPS_CONNECT,
	},
	{
		.name = "allow-unix-bind",
		.arg = "PATH",
		.group = SOCKETS,
		.in_config = true,
		.help = "the same, only to bind",
		.set = option_allow,
		.value = OPS_BIND,
	},
	{
		.name = "deny-unix-socket",
		.arg = "PATH",
		.group = SOCKETS,
		.in_config = true,
		.help = "an exception: PATH stays closed, whatever is "
			"granted",
		.more = "A directory closes everything beneath it, wherever\n"
			"the command moves it; one that did not exist at\n"
			"start does so only under its name.\n"
			"A name whose directory the command can move closes\n"
			"other sockets with the same last component, too.\n"
			"May be repeated; the order of options does not\n"
			"matter.\n",
		.set = option_deny,
		.value = OPS_ALL,
	},
	{
		.name = "allow-unix-dgram",
		.group = SOCKETS,
		.in_config = true,
		.help = "let datagram sockets exist, to reach what is "
			"granted (implied by a granted one that exists)",
		.more = "Such a socket can send to any name without "
			"connecting\n"
			"to it, so every message that may carry a name is\n"
			"looked at: each\n"
			".Xr sendmsg 2 ,\n"
			"also on other sockets, takes tens of microseconds\n"
			"longer.\n"
			"Therefore datagram sockets are withheld unless this\n"
			"option is given, or an option grants a datagram "
			"socket\n"
			"that exists at start, as\n"
			".Pa /dev/log\n"
			"mostly does.\n"
			"A grant of a directory, or of a socket that is not\n"
			"there yet, does not tell: then it is needed.\n",
		.set = option_allow_dgram,
	},
	{
		.name = "private-sockets",
		.arg = "DIR",
		.optional = true,
		.group = SOCKETS,
		.in_config = true,
		.help = "bind new sockets beneath DIR (default $TMPDIR, else "
			"/tmp) and under any abstract name, and reach those; "
			"nothing else there",
		.more = "For programs that talk to themselves: sockets that "
			"others made in\n"
			".Ar DIR\n"
			"stay refused.\n"
			"See\n"
			".Sx PRIVATE SOCKETS .\n"
			"May be repeated.\n",
		.set = option_private,
		.value = OPS_BIND,
	},
	{
		.name = "allow-all-unix-sockets",
		.group = SOCKETS,
		.in_config = true,
		.help = "do not restrict AF_UNIX sockets",
		.set = option_allow_all,
	},
	{
		.name = "unix-sockets",
		.words = "allowlist",
		.group = SOCKETS,
		.in_config = true,
		.help = "restrict AF_UNIX sockets to what is granted, also "
			"with --network full",
		.set = option_unix_sockets,
	},
	{
		.name = "deny-errno",
		.arg = "NAME",
		.words = "EACCES|EPERM|ECONNREFUSED|ENOENT|ENETUNREACH|"
			 "EHOSTUNREACH|EADDRNOTAVAIL|ETIMEDOUT",
		.group = SOCKETS,
		.in_config = true,
		.help = "the error that a refused call returns (default "
			"EACCES)",
		.more = "A refused connection to an abstract name always\n"
			"fails with\n"
			".Er ECONNREFUSED ,\n"
			"as if nobody listened: X clients try the path name\n"
			"only then.\n",
		.set = option_deny_errno,
	},
	{
		.name = "network",
		.words = "none|isolated|host-loopback|full",
		.group = NETWORK,
		.in_config = true,
		.help = "none (default): no IP network; isolated: a loopback "
			"of its own; host-loopback: TCP over the loopback of "
			"this machine; full: untouched, and AF_UNIX sockets "
			"too",
		.more = "See\n"
			".Sx NETWORK .\n"
			"If it is given more than once, the last one\n"
			"counts.\n",
		.set = option_network,
	},
	{
		.name = "allow-connect",
		.arg = "ADDR[/LEN]:PORT[-PORT]",
		.group = NETWORK,
		.in_config = true,
		.help = "connect by TCP; an IPv6 address is written in "
			"brackets, * is every address or port",
		.more = "A port may be a name in\n"
			".Pa /etc/services .\n"
			"A host name is no address: what it means may change,\n"
			"and is chosen by others.\n"
			"May be repeated.\n",
		.set = option_allow_connect,
		.value = OPS_CONNECT,
	},
	{
		.name = "allow-listen",
		.arg = "[ADDR:]PORT[-PORT]",
		.group = NETWORK,
		.in_config = true,
		.help = "listen for TCP connections, at any address unless "
			"one is given",
		.more = "0.0.0.0 is every IPv4 address, and [::] every one.\n"
			"For ports that the system picks, give their range.\n"
			"May be repeated.\n",
		.set = option_allow_listen,
		.value = OPS_LISTEN,
	},
	{
		.name = "allow-udp",
		.arg = "ADDR[/LEN]:PORT[-PORT]",
		.group = NETWORK,
		.in_config = true,
		.help = "send UDP datagrams there, and receive",
		.more = "As with\n"
			".Fl -allow-unix-dgram ,\n"
			"each\n"
			".Xr sendmsg 2\n"
			"is looked at then.\n"
			"See\n"
			".Sx NAME RESOLUTION .\n"
			"May be repeated.\n",
		.set = option_allow_udp,
		.value = OPS_CONNECT,
	},
	{
		.name = "allow-proxy",
		.group = NETWORK,
		.in_config = true,
		.help = "connect to the proxies on this machine's loopback "
			"that HTTP_PROXY, HTTPS_PROXY and ALL_PROXY name",
		.more = "Either case counts, and the schemes http, https,\n"
			"socks4, socks4a, socks5 and socks5h.\n"
			"The proxy decides what is reached through it.\n",
		.set = option_allow_proxy,
	},
	{
		.name = "backstop",
		.words = "auto|landlock|landlock-only|supervised|none",
		.group = ENFORCEMENT,
		.in_config = true,
		.help = "auto (default): the strongest this machine can do; "
			"landlock (Linux 7.1): a supervisor judges, the "
			"program connects by itself; landlock-only: no "
			"supervisor and no events; supervised: a supervisor "
			"performs what is allowed; none: the preloaded "
			"library alone, which a program can evade",
		.more = "With\n"
			".Cm landlock\n"
			"servers see the program itself as their client, and\n"
			"not the supervisor.\n"
			"What the kernel cannot express is still performed by\n"
			"the supervisor: names that did not exist at start,\n"
			"sockets that their server has made anew, and\n"
			"everything if a path is denied by\n"
			".Fl -deny-unix-socket .\n"
			".Cm landlock-only\n"
			"can grant directories, and existing sockets with\n"
			".Fl -allow-unix-connect ;\n"
			"connects then cost what they cost without\n"
			".Nm .\n"
			"It is chosen by itself if refusals are not to be\n"
			"shown\n"
			".Pq Fl q\n"
			"and only directories are granted, by\n"
			".Fl -allow-unix-connect .\n",
		.set = option_backstop,
	},
	{
		.name = "no-shim",
		.group = ENFORCEMENT,
		.in_config = true,
		.help = "do not preload libsbxshim.so; refusals are "
			"explained less well",
		.set = option_no_shim,
	},
	{
		.name = "keep-caps",
		.arg = "LIST",
		.group = ENFORCEMENT,
		.in_config = true,
		.help = "capabilities that root keeps, as "
			"cap_net_admin,sys_ptrace or all",
		.more = "Otherwise those are dropped that undo a sandbox.\n",
		.set = option_keep_caps,
	},
	{
		.name = "log",
		.arg = "TARGET",
		.group = MESSAGES,
		.in_config = true,
		.help = "write each refusal to TARGET: a file, fd:N, stderr, "
			"journald or syslog",
		.more = "A file is appended to, and made anew if it is renamed "
			"or\n"
			"removed meanwhile; write\n"
			".Pa ./stderr\n"
			"for one of that name.\n"
			"Nothing waits for whoever reads: what cannot be "
			"written is\n"
			"lost and counted.\n"
			"See\n"
			".Sx EVENTS .\n",
		.set = option_log,
	},
	{
		.name = "log-format",
		.words = "text|json",
		.group = MESSAGES,
		.in_config = true,
		.help = "of what --log writes: one JSON object a line "
			"(default), or lines for people (default for stderr "
			"and syslog)",
		.more = "The journal gets both.\n",
		.set = option_log_format,
	},
	{
		.name = "log-allowed",
		.group = MESSAGES,
		.in_config = true,
		.help = "write what is allowed, too",
		.more = "Without\n"
			".Fl -log ,\n"
			"it is shown.\n",
		.set = option_log_allowed,
	},
	{
		.name = "log-stacks",
		.group = MESSAGES,
		.in_config = true,
		.help = "write where in the program a refused call comes from, "
			"too",
		.more = "See\n"
			".Sx STACKS .\n",
		.set = option_log_stacks,
	},
	{
		.name = "log-denials",
		.words = "all",
		.optional = true,
		.group = MESSAGES,
		.in_config = true,
		.help = "list refusals after the command, with the options "
			"that would allow them; \"all\" lists those that "
			"programs expect, too",
		.more = "Otherwise each is shown by itself.\n",
		.set = option_log_denials,
	},
	{
		.name = "ask",
		.group = MESSAGES,
		.in_config = true,
		.help = "ask at the terminal before a connect, send, bind or "
			"listen is refused",
		.more = "See\n"
			".Sx ASKING .\n",
		.set = option_ask,
	},
	{
		.name = "audit",
		.group = MESSAGES,
		.help = "refuse nothing that can be granted, and record what "
			"would have been refused",
		.more = "What no option grants, as raw sockets, is refused "
			"all the same.\n",
		.set = option_audit,
	},
	{
		.name = "learn",
		.arg = "FILE",
		.group = MESSAGES,
		.help = "as --audit, and write a configuration to FILE that "
			"allows what was done",
		.more = "See\n"
			".Sx LEARNING .\n",
		.set = option_learn,
	},
	{
		.name = "config",
		.arg = "FILE",
		.group = MESSAGES,
		.help = "read options from FILE, one a line",
		.more = "See\n"
			".Sx CONFIGURATION .\n"
			"May be repeated.\n",
		.set = option_config,
	},
	{
		.name = "no-config",
		.group = MESSAGES,
		.help = "do not read ~/.config/sbx/default.conf",
		.set = option_no_config,
	},
	{
		.name = "quiet",
		.letter = 'q',
		.group = MESSAGES,
		.in_config = true,
		.help = "do not show refusals and notices",
		.set = option_quiet,
	},
	{
		.name = "print-policy",
		.group = INSTEAD,
		.help = "show the policy with all paths resolved",
		.set = option_action,
		.value = ACTION_PRINT_POLICY,
	},
	{
		.name = "explain",
		.arg = "OP:TARGET",
		.group = INSTEAD,
		.help = "say whether the policy would allow a connect, bind, "
			"send or listen, and why",
		.more = "As in\n"
			".Cm connect:/run/docker.sock ,\n"
			".Cm bind:@name\n"
			"or\n"
			".Cm listen:127.0.0.1:3000 ;\n"
			"see\n"
			".Sx EXPLAINING .\n"
			"May be repeated.\n",
		.set = option_explain,
		.value = ACTION_EXPLAIN,
	},
	{
		.name = "check",
		.group = INSTEAD,
		.help = "say what this machine can enforce",
		.set = option_action,
		.value = ACTION_CHECK,
	},
	{
		.name = "help",
		.letter = 'h',
		.group = INSTEAD,
		.help = "show this help",
		.set = option_answer,
		.value = ACTION_HELP,
	},
	{
		.name = "version",
		.group = INSTEAD,
		.help = "show the version",
		.set = option_answer,
		.value = ACTION_VERSION,
	},
	{
		.name = "man-options",
		.set = option_answer,
		.value = ACTION_MAN_OPTIONS,
	},
};

const size_t option_count = sizeof(option_table) / sizeof(option_table[0]);
