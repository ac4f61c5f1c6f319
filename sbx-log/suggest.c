/* SPDX-License-Identifier: MIT */
/* suggest.c - the least options that would allow what was refused.
 *
 * The hint of an event is for that event alone, and grants both to connect and
 * to bind.  Here, what was asked for tells which of the two is needed, and
 * names that will be others next time are granted as --learn does (lesson.h).
 */
#include "suggest.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../launcher/supervisor/lesson.h"
#include "../policy/quote.h"
#include "memory.h"

/* ---- items -------------------------------------------------------------- */

static struct suggestion *find(struct suggestions *to,
			       const struct grant *grant)
{
	const size_t before = to->keys.count;
	char key[GRANT_VALUE_MAX + 1];
	uint32_t number;

	key[0] = (char)('a' + (int)grant->kind);
	strcpy(key + 1, grant->value);
	number = strings_add_text(&to->keys, key);
	if (number == before) {
		to->items = memory_room(to->items, before, &to->room,
					sizeof(*to->items));
		to->items[number] = (struct suggestion){
			.grant = *grant,
			.order = number,
			.advisory = true,
		};
		to->count++;
	}
	return &to->items[number];
}

/* Return: the option, to say more about it */
static struct suggestion *add(struct suggestions *to, const struct grant *grant,
			      const struct sum *sum)
{
	struct suggestion *item = find(to, grant);

	item->grant.ways |= grant->ways;
	item->others |= item->count > 0 && item->comm != sum->comm;
	if (item->count == 0)
		item->comm = sum->comm;
	item->count += sum->count;
	item->advisory &= sum->advisory;
	if (sum->risk > item->risk)
		item->risk = sum->risk;
	return item;
}

static void add_unhelped(struct suggestions *to, struct store *store,
			 const struct sum *sum, const char *why,
			 const char *remedy)
{
	const size_t before = to->unhelped_keys.count;
	const uint32_t text = strings_add_text(&store->texts, remedy);
	const uint32_t key[2] = {sum->what, text};
	const uint32_t number =
		strings_add(&to->unhelped_keys, key, sizeof(key));

	if (number == before) {
		to->unhelped =
			memory_room(to->unhelped, before, &to->unhelped_room,
				    sizeof(*to->unhelped));
		to->unhelped[number] = (struct unhelped){
			.what = sum->what,
			.why = why,
			.remedy = text,
		};
		to->unhelped_count++;
	}
	to->unhelped[number].count += sum->count;
}

/* ---- paths -------------------------------------------------------------- */

/* What is to be known of all paths to judge one. */
static void add_to_tally(struct suggestions *to, struct tally *tally,
			 const struct sum *sum)
{
	/* lesson.c goes through all of them for each. */
	if (tally->count >= TALLY_MAX) {
		to->others += sum->count;
		return;
	}
	tally->entries = memory_room(tally->entries, tally->count, &tally->room,
				     sizeof(*tally->entries));
	tally->entries[tally->count++] = (struct tally_entry){
		.count = sum->count,
		.op = sum->op,
		.pid = sum->pid,
		.domain = sum->domain,
		.type = sum->type,
		.resolved = "",
		.hint = "",
		.target = "",
	};
}

static unsigned int ways_of(const struct sum *sum)
{
	return sum->op == OP_BIND ? GRANT_BIND : GRANT_CONNECT;
}

/* Whoever grants a directory grants all that is in it. */
static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void add_path(struct suggestions *to, struct store *store,
		     const struct tally *tally, size_t index,
		     const struct sum *sum)
{
	static struct lesson lesson;
	static struct grant grant;
	struct suggestion *item;

	lesson_of(tally, index, &lesson);
	if (!lesson.option || !grant_find(&grant, lesson.option))
		return;
	if (!lesson.directory && is_directory(lesson.path)) {
		add_unhelped(to, store, sum,
			     "a directory is there now, and would be granted "
			     "as a whole",
			     "");
		return;
	}
	if (grant.kind == GRANT_UNIX)
		grant.ways = ways_of(sum);
	grant.has_value = true;
	strcpy(grant.value, lesson.path);
	item = add(to, &grant, sum);
	item->directory |= lesson.directory;
	item->remark = lesson.remark;
	if (lesson.risk > item->risk)
		item->risk = lesson.risk;
}

/* Texts move when further ones are added, so they are named last. */
static void add_paths(struct suggestions *to, struct store *store,
		      const struct tally *tally, const uint32_t *sums)
{
	strings_add_text(&store->texts, "");
	for (size_t i = 0; i < tally->count; i++)
		tally->entries[i].resolved = (char *)store_text(
			store, store->sums[sums[i]].resolved);
	for (size_t i = 0; i < tally->count; i++)
		add_path(to, store, tally, i, &store->sums[sums[i]]);
}

/* ---- hints -------------------------------------------------------------- */

static void add_removal(struct suggestions *to, struct store *store,
			const struct sum *sum, const char *value)
{
	char buf[4 * GRANT_VALUE_MAX + 64];
	struct text text;

	text_open(&text, buf, sizeof(buf));
	text_string(&text, "leave out --deny-unix-socket ");
	quote_shell(&text, value, strlen(value));
	add_unhelped(to, store, sum, "it is denied", buf);
}

static const char *why_no_hint(const struct store *store, const struct sum *sum)
{
	const char *note = store_text(store, sum->note);

	if (strncmp(note, "other ", 6) == 0)
		return "they were too many to be told apart";
	return *note ? NULL : "no option can name it";
}

static bool is_wide(const struct grant *grant)
{
	return grant->kind == GRANT_NETWORK &&
	       strcmp(grant->value, "full") == 0;
}

static void add_hint(struct suggestions *to, struct store *store,
		     const struct sum *sum, const struct grant *grants,
		     size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct grant grant = grants[i];

		if (is_wide(&grant) && !to->wide) {
			add_unhelped(to, store, sum,
				     "nothing less than --network full allows "
				     "it, which opens every address; --wide "
				     "suggests that",
				     "");
			return;
		}
		if (grant.kind == GRANT_UNIX)
			grant.ways = ways_of(sum);
		add(to, &grant, sum);
	}
}

/* Return: whether it is of a path, which comes later */
static bool take(struct suggestions *to, struct store *store,
		 const struct sum *sum)
{
	static struct grant grants[GRANTS_MAX];
	const char *hint = store_text(store, sum->hint);
	size_t count;

	to->looked += sum->count;
	if (!*hint) {
		add_unhelped(to, store, sum, why_no_hint(store, sum), "");
		return false;
	}
	if (grant_read_removal(hint, grants[0].value)) {
		add_removal(to, store, sum, grants[0].value);
		return false;
	}
	count = grant_read(grants, hint);
	if (count == 0)
		add_unhelped(to, store, sum,
			     "its hint is none that sbx-run gives", "");
	if (count == 1 && grants[0].kind == GRANT_UNIX &&
	    grants[0].value[0] == '/' &&
	    store_text(store, sum->resolved)[0] == '/')
		return true;
	add_hint(to, store, sum, grants, count);
	return false;
}

/* With --audit datagram sockets exist without an event. */
static void add_datagrams(struct suggestions *to, const struct sum *sum)
{
	const struct grant grant = {.kind = GRANT_DATAGRAMS};

	if (sum->verdict == VERDICT_AUDIT && sum->domain == AF_UNIX &&
	    sum->type == SOCK_DGRAM)
		add(to, &grant, sum)->risk = RISK_BENIGN;
}

/* ---- which are needed --------------------------------------------------- */

static bool is_beneath(const char *path, const char *dir)
{
	const size_t len = strlen(dir);

	if (len == 1)
		return path[1] != '\0';
	return strncmp(path, dir, len) == 0 && path[len] == '/';
}

static bool covers(const struct suggestion *dir, const struct suggestion *item)
{
	const bool private = dir->grant.kind == GRANT_PRIVATE;

	if (item == dir || item->grant.kind != GRANT_UNIX)
		return false;
	/* Every abstract name may be bound then. */
	if (private && item->grant.value[0] == '@')
		return item->grant.ways == GRANT_BIND;
	if (!dir->directory || item->grant.value[0] != '/' ||
	    !is_beneath(item->grant.value, dir->grant.value))
		return false;
	if (private)
		return item->grant.ways == GRANT_BIND;
	return dir->grant.kind == GRANT_UNIX &&
	       (item->grant.ways & ~dir->grant.ways) == 0;
}

static bool covers_any(const struct suggestion *item)
{
	return item->directory || item->grant.kind == GRANT_PRIVATE;
}

static bool is_of_network(enum grant_kind kind)
{
	return kind == GRANT_TCP || kind == GRANT_LISTEN || kind == GRANT_UDP;
}

static void drop_covered(struct suggestions *to)
{
	bool full = false;

	for (size_t i = 0; i < to->count; i++) {
		full |= is_wide(&to->items[i].grant);
		for (size_t j = 0; covers_any(&to->items[i]) && j < to->count;
		     j++)
			to->items[j].dropped |=
				covers(&to->items[i], &to->items[j]);
	}
	to->wide = full;
	for (size_t i = 0; full && i < to->count; i++)
		to->items[i].dropped |=
			is_of_network(to->items[i].grant.kind) ||
			(to->items[i].grant.kind == GRANT_NETWORK &&
			 !is_wide(&to->items[i].grant));
}

static int more_dangerous(const void *a, const void *b)
{
	const struct suggestion *first = a, *second = b;

	if (first->risk != second->risk)
		return first->risk < second->risk ? 1 : -1;
	return first->order < second->order ? -1 : 1;
}

static void sort(struct suggestions *to)
{
	if (to->count > 0)
		qsort(to->items, to->count, sizeof(*to->items), more_dangerous);
}

/* ---- all of it ---------------------------------------------------------- */

static bool counts(const struct store *store, const struct sum *sum,
		   bool expected)
{
	return sum->verdict != VERDICT_ALLOW &&
	       store->runs[sum->run].selected && (expected || !sum->expected);
}

void suggest_collect(struct suggestions *to, struct store *store, bool expected,
		     bool wide)
{
	const size_t sums = store_sum_count(store);
	uint32_t *paths = memory_grow(NULL, TALLY_MAX, sizeof(*paths));
	struct tally tally = {0};

	*to = (struct suggestions){.wide = wide};
	for (size_t i = 0; i < sums; i++) {
		const struct sum *sum = &store->sums[i];

		if (!counts(store, sum, expected))
			continue;
		if (take(to, store, sum)) {
			if (tally.count < TALLY_MAX)
				paths[tally.count] = (uint32_t)i;
			add_to_tally(to, &tally, sum);
		}
		add_datagrams(to, sum);
	}
	add_paths(to, store, &tally, paths);
	free(tally.entries);
	free(paths);
	drop_covered(to);
	sort(to);
}

void suggest_free(struct suggestions *suggestions)
{
	free(suggestions->items);
	free(suggestions->unhelped);
	strings_free(&suggestions->keys);
	strings_free(&suggestions->unhelped_keys);
	*suggestions = (struct suggestions){0};
}
