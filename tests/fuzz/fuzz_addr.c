/* SPDX-License-Identifier: MIT */
/* fuzz_addr.c - hostile addresses, and the events that tell of them. */
#include <arpa/inet.h>
#include <errno.h>

#include "policy/event.h"
#include "shown.h"

static char json[EVENT_JSON_MAX];
static char text[4 * EVENT_JSON_MAX];
static char bytes[EVENT_JSON_MAX];

/* unix(7), ip(7), ipv6(7) and __sys_connect(), said once more. */
static enum addr_kind expected_kind(const uint8_t *raw, size_t len)
{
	const unsigned int family = len < 2 ? 0 : raw[0] | raw[1] << 8;

	if (len < 2 || len > 128)
		return ADDR_INVALID;
	if (family == AF_INET)
		return len >= 16 ? ADDR_INET : ADDR_INVALID;
	if (family == AF_INET6)
		return len >= 24 ? ADDR_INET6 : ADDR_INVALID;
	if (family != AF_UNIX)
		return family == AF_UNSPEC ? ADDR_UNSPEC : ADDR_OTHER;
	if (len > 110)
		return ADDR_INVALID;
	if (len == 2)
		return ADDR_AUTOBIND;
	return raw[2] ? ADDR_PATH : ADDR_ABSTRACT;
}

/* The name is all that the kernel would see of it, and nothing else. */
static void check_name(const struct addr *addr, const uint8_t *raw, size_t len)
{
	const uint8_t *name = raw + 2 + (addr->kind == ADDR_ABSTRACT);
	size_t size = len - (size_t)(name - raw);

	if (addr->kind == ADDR_PATH)
		size = strnlen((const char *)name, size);
	require(addr->name_len == size && addr->name[size] == '\0' &&
		memcmp(addr->name, name, size) == 0);
}

/* "unix:" and a name that can be had back. */
static void check_name_text(const struct addr *addr, const char *shown)
{
	const char *prefix = addr->kind == ADDR_ABSTRACT ? "@"
			     : addr->name[0] == '@'	 ? "./"
							 : "";

	require(!strncmp(shown, "unix:", 5) &&
		!strncmp(shown + 5, prefix, strlen(prefix)));
	shown += 5 + strlen(prefix);
	require(shown_unescape(shown, strlen(shown), bytes) == addr->name_len &&
		memcmp(bytes, addr->name, addr->name_len) == 0);
}

static void check_ip_text(const struct addr *addr, char *shown)
{
	const bool inet6 = addr->kind == ADDR_INET6;
	char *port = strrchr(shown, ':');
	char *scope;
	uint8_t ip[16];

	require(port && strtoul(port + 1, NULL, 10) == addr->port);
	*port = '\0';
	if (inet6) {
		require(shown++[0] == '[' && port[-1] == ']');
		port[-1] = '\0';
		scope = strchr(shown, '%');
		require(!scope == !addr->scope);
		if (scope) {
			require(strtoul(scope + 1, NULL, 10) == addr->scope);
			*scope = '\0';
		}
	}
	require(inet_pton(inet6 ? AF_INET6 : AF_INET, shown, ip) == 1 &&
		memcmp(ip, addr->ip, inet6 ? 16 : 4) == 0);
}

static void check_addr(const struct addr *addr, const uint8_t *raw, size_t len)
{
	char shown[ADDR_TEXT_MAX];

	require(addr->kind == expected_kind(raw, len));
	addr_text(addr, shown, sizeof(shown));
	/* Nothing was cut off. */
	require(!strcmp(addr_text(addr, text, sizeof(text)), shown));
	require(shown_safe(shown, strlen(shown)));
	if (addr->kind == ADDR_PATH || addr->kind == ADDR_ABSTRACT) {
		check_name(addr, raw, len);
		check_name_text(addr, shown);
	} else if (addr->kind == ADDR_INET || addr->kind == ADDR_INET6) {
		require(addr->port == (raw[2] << 8 | raw[3]));
		check_ip_text(addr, shown);
	}
}

static void fill_event(struct event *event, struct input *in)
{
	static char note[512], rule[PATH_TEXT_MAX];

	event->ts.tv_sec = (time_t)input_u32(in) << input_below(in, 8);
	event->ts.tv_nsec = input_u32(in) % 1000000000;
	event->op = (enum policy_op)input_below(in, OP_COUNT);
	event->domain = (int)input_u32(in);
	event->type = (int)input_u32(in);
	event->protocol = (int)input_u32(in);
	event->pid = event->tid = (pid_t)(input_u32(in) >> 1);
	event->verdict.allow = input_byte(in) & 1;
	event->verdict.error = (int)input_u32(in);
	event->layer = (enum event_layer)input_below(in, 3);
	event->count = input_u32(in);
	event->stack.len = input_below(in, 2 * STACK_MAX);
	for (int i = 0; i < STACK_MAX; i++) {
		struct stack_frame *frame = &event->stack.frames[i];

		frame->offset = (uint64_t)input_u32(in) << 32 | input_u32(in);
		frame->beyond = input_u32(in);
		input_bytes(in, frame->module, input_below(in, 65));
		input_bytes(in, frame->symbol, input_below(in, 129));
	}
	input_bytes(in, event->comm, sizeof(event->comm)); /* NUL or not */
	input_bytes(in, event->host, sizeof(event->host));
	input_string(in, event->exe, sizeof(event->exe));
	input_string(in, event->argv0, sizeof(event->argv0));
	input_string(in, event->resolved, sizeof(event->resolved));
	input_string(in, event->hint, sizeof(event->hint));
	event->note = input_string(in, note, sizeof(note)) ? note : NULL;
	event->rule = input_string(in, rule, sizeof(rule)) ? rule : NULL;
	event->run = "0";
	event->tier = "supervised";
}

/* A member of the JSON line is just what was put into it, or left out. */
static void check_member(const char *key, const char *value, size_t size)
{
	const size_t len = value ? strnlen(value, size) : 0;
	const int n = shown_json_string(json, key, bytes);

	if (len == 0)
		require(n == -1);
	else
		require((size_t)n == len && memcmp(bytes, value, len) == 0);
}

static void check_json(const struct event *event)
{
	const int len = event_json(event, json, sizeof(json));

	require(len > 0 && shown_json_line(json, (size_t)len));
	check_member("comm", event->comm, sizeof(event->comm));
	check_member("exe", event->exe, sizeof(event->exe));
	check_member("argv0", event->argv0, sizeof(event->argv0));
	check_member("resolved", event->resolved, sizeof(event->resolved));
	check_member("host", event->host, sizeof(event->host));
	check_member("note", event->note, SIZE_MAX);
	check_member("rule", event->rule, SIZE_MAX);
	check_member("hint", event->hint, sizeof(event->hint));
	check_member("op", policy_op_name(event->op), SIZE_MAX);
	if (event->has_addr && event->addr.kind == ADDR_ABSTRACT) {
		const int n = shown_json_string(json, "path", bytes);

		require(n == event->addr.name_len + 1 && bytes[0] == '@' &&
			!memcmp(bytes + 1, event->addr.name, (size_t)n - 1));
	}
}

/* A buffer that is too small is neither overrun nor left with half a line. */
static void check_small(const struct event *event, size_t size)
{
	char *small = malloc(size);
	const int len = event_json(event, json, sizeof(json));
	const int n = event_json(event, small, size);

	require(small && n == ((size_t)len < size ? len : -1));
	require(n >= 0 || small[0] == '\0');
	require(event_text(event, small, size) >= 0 || small[0] == '\0');
	require(strlen(small) < size);
	free(small);
}

static void check_text(const struct event *event)
{
	const int len = event_text(event, text, sizeof(text));
	const char *at = text, *end;
	uint32_t lines = 0;

	require(len > 0 && (size_t)len == strlen(text));
	require(!strncmp(text, "sbx: ", 5));
	for (; (end = strchr(at, '\n')); at = end + 1) {
		require(shown_safe(at, (size_t)(end - at)));
		require(lines == 0 || !strncmp(at, "    at ", 7));
		lines++;
	}
	require(*at == '\0' && lines == 1 + stack_length(&event->stack));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = input_open(data, size);
	static struct event event;
	uint8_t raw[160];
	const size_t len = input_bytes(&in, raw, sizeof(raw));
	/* Its end is the end of memory: ASan sees who reads on. */
	uint8_t *exact = memcpy(malloc(len + 1), raw, len);

	exact = realloc(exact, len ? len : 1);
	memset(&event, 0, sizeof(event));
	memset(&event.addr, 0xa5, sizeof(event.addr));
	addr_decode(&event.addr, exact, len);
	check_addr(&event.addr, exact, len);
	event.has_addr = input_byte(&in) & 1;
	fill_event(&event, &in);
	check_json(&event);
	check_text(&event);
	check_small(&event, 1 + input_u32(&in) % 4096);
	free(exact);
	return 0;
}
