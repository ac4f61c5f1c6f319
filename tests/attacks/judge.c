/* SPDX-License-Identifier: MIT */
/* judge.c - decide whether one attack got out of the sandbox.
 *
 * The judge runs outside: it makes the servers, starts `PREFIX attack NAME
 * DIR`, and then says what reached them.  The client's word counts for
 * nothing.  Every run must first reach the granted server, so that a sandbox
 * that lets nothing work does not look secure.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "judge.h"
#include "race.h"

#define EXIT_REFUSED 0
#define EXIT_REACHED 1
#define EXIT_BROKEN  2

#define GRACE_SECONDS 3 /* for what the command leaves behind */
#define NOT_STARTED   125

static const char usage[] =
	"usage: judge [-s SBX-RUN [-n] [-u] [-b TIER] | -p PREFIX]\n"
	"             [-t SECONDS] [-k] NAME\n"
	"       judge [-b TIER] -l\n"
	"Without -s and -p: the positive control.  -n: --no-shim.  -u: UDP is\n"
	"not granted, whatever the attack asks for.  -b: --backstop=TIER; "
	"what\n"
	"that cannot enforce is skipped.  In PREFIX \"DIR/\" stands for the\n"
	"directory of the sockets.  -k keeps it.\n"
	"Exit status: 0 refused, 1 reached, 2 broken, 77 skipped.\n";

struct run {
	const struct attack *attack;
	const char *sbx, *prefix; /* NULL, NULL: the control */
	bool no_shim, no_udp, keep;
	int seconds;
	int log;    /* NEEDS_LOG without sbx: what a naive logger wrote */
	int status; /* of the command */
	bool hung;
	char **words;
};

static const char *tier; /* NULL: what sbx-run chooses */

static bool is_control(const struct run *run)
{
	return !run->sbx && !run->prefix;
}

/* Are signals to processes outside something that Landlock can stop here? */
static bool has_scopes(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0,
		       LANDLOCK_CREATE_RULESET_VERSION) >= 6;
}

static bool is_limit(const struct attack *attack)
{
	return (attack->needs & KNOWN_LIMIT) ||
	       ((attack->needs & LIMIT_ALONE) && is_alone(tier)) ||
	       ((attack->needs & NEEDS_SCOPES) && !has_scopes());
}

/* Who stops the supervisor waits for it; that nothing is opened counts. */
static bool may_hang(const struct attack *attack)
{
	return (attack->needs & MAY_HANG) && !has_scopes();
}

static void list_one(const struct attack *attack)
{
	printf("%s\t%s\t%s\t%s\t%s\n", attack->name, attack->class,
	       attack->needs & NEEDS_ROOT ? "root" : "any",
	       attack->needs & NEEDS_LUCK ? "rare"
	       : is_limit(attack)	  ? "limit"
					  : "usual",
	       attack->what);
}

static bool make_scene(void)
{
	unsigned char random[8];
	const char *tmp = getenv("TMPDIR");

	/* A long TMPDIR would not fit into an address. */
	if (!tmp || strlen(tmp) > 16)
		tmp = "/tmp";
	snprintf(scene.dir, sizeof(scene.dir), "%s/sbxa.XXXXXX", tmp);
	if (!mkdtemp(scene.dir) || getrandom(random, sizeof(random), 0) < 0)
		return false;
	for (size_t i = 0; i < sizeof(random); i++)
		sprintf(scene.token + 2 * i, "%02x", random[i]);
	scene.judge = getpid();
	return true;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

/* Serve until the command and all that it left behind is gone. */
static void attend(struct run *run, pid_t command)
{
	const int grace = GRACE_SECONDS * (int)slowness();
	double end = now() + run->seconds;
	bool over = false;

	while (!targets_hit() && now() < end) {
		targets_serve(10);
		stage_act(&scene, command);
		if (!over && waitpid(command, &run->status, WNOHANG) > 0) {
			over = true;
			if (end > now() + grace)
				end = now() + grace;
		}
		if (over && !stage_others(&scene))
			break;
	}
	run->hung = !over && !targets_hit();
	while (targets_serve(10) > 0 && !targets_hit())
		;
}

/* The last lines that the command wrote; its own reason for a skip. */
static bool show_output(const char *start, const char *mark)
{
	FILE *file = fopen(at("output"), "re");
	char line[256];
	bool shown = false;

	if (!file)
		return false;
	if (!fseek(file, -1200, SEEK_END))
		fgets(line, sizeof(line), file);
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, start, strlen(start)) != 0)
			continue;
		printf("%s%s", mark, line);
		shown = true;
	}
	fclose(file);
	return shown;
}

/* A tier that was asked for may be unable to enforce what the attack needs to
 * be granted, and says so; nothing has been attacked then. */
static bool tier_refuses(int code)
{
	char start[64];

	if (!tier || code != NOT_STARTED)
		return false;
	snprintf(start, sizeof(start), "sbx-run: --backstop=%s ", tier);
	return show_output(start, "skip: ");
}

static int broken(const char *why)
{
	printf("broken: %s\n", why);
	show_output("", "# ");
	return EXIT_BROKEN;
}

/* What has to work; other sandboxes are not told what else is granted. */
static unsigned int wanted(const struct run *run)
{
	const unsigned int grant = BIT(run->attack->grant);

	if (run->prefix)
		return HEARD_UNIX;
	return HEARD_UNIX | (grant & GRANTS_TCP ? HEARD_TCP : 0) |
	       (grant & GRANTS_UDP ? HEARD_UDP : 0);
}

static int verdict(const struct run *run)
{
	const struct attack *attack = run->attack;
	const bool control = is_control(run);
	const int code = WIFEXITED(run->status) ? WEXITSTATUS(run->status) : -1;

	if (targets_hit()) {
		printf("reached: %s\n", targets_hit());
		return EXIT_REACHED;
	}
	if (run->hung && !may_hang(attack))
		return broken("it hangs");
	if (control && (code == EXIT_SKIP || code == EXIT_BARRED)) {
		show_output("skip: ", "");
		return EXIT_SKIP;
	}
	if (!targets_heard("before", wanted(run))) {
		if (tier_refuses(code))
			return EXIT_SKIP;
		if (code != NOT_STARTED || !(attack->needs & MAY_NOT_START))
			return broken("the granted socket does not work");
		printf("refused: the sandbox does not start\n");
		return EXIT_REFUSED;
	}
	/* Without its grant of UDP an attack on that finds nothing. */
	if (code == EXIT_SKIP && run->sbx && !run->no_udp)
		return broken("the attack did not begin");
	if (control || code == EXIT_SKIP || code == EXIT_BARRED) {
		printf("refused\n");
		return EXIT_REFUSED;
	}
	if ((attack->needs & WORKS_AFTER) &&
	    !targets_heard("after", wanted(run)))
		return broken("the granted socket does not work any more");
	if ((attack->needs & NEEDS_LISTENER) && !knock_was_answered())
		return broken("nothing listens at the granted address");
	if ((attack->needs & NEEDS_TRIES) && targets_tries() < race_tries()) {
		printf("broken: only %u tries\n", targets_tries());
		return EXIT_BROKEN;
	}
	printf("refused\n");
	return EXIT_REFUSED;
}

/* Some attacks leave paths behind that are longer than paths can be. */
static void remove_tree(int parent, const char *name)
{
	int fd = openat(parent, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (unlinkat(fd, entry->d_name, 0))
			remove_tree(fd, entry->d_name);
	}
	if (dir)
		closedir(dir);
	unlinkat(parent, name, AT_REMOVEDIR);
}

static void clean_up(const struct run *run)
{
	if (run->keep)
		printf("# kept: %s\n", scene.dir);
	else
		remove_tree(AT_FDCWD, scene.dir);
}

/* The command, from its start to its end, and all that it left behind. */
static void perform(struct run *run)
{
	const unsigned int needs = run->attack->needs;

	attend(run, stage_start(&scene, run->words, needs));
	stage_clear_command(&scene);
}

/* Where permissions protect a server, a sandbox is judged only if they do so
 * without one, and if nothing else does. */
static bool control_holds(struct run *run)
{
	perform(run);
	scene.keep = 1;
	return !targets_hit() && scene_save(&scene);
}

static bool open_log(struct run *run)
{
	if (!(run->attack->needs & NEEDS_LOG) || !is_control(run))
		return true;
	run->log = open(at("log/json"),
			O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	targets_log(run->log);
	return run->log >= 0;
}

static int judge(struct run *run, const char *self)
{
	const unsigned int needs = run->attack->needs;
	const char *why = needs & NEEDS_WIRE ? wire_open() : NULL;
	int code;

	if (!why && (needs & NEEDS_PINNED))
		why = wire_pin();
	if (why) {
		printf("skip: %s\n", why);
		return EXIT_SKIP;
	}
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (!make_scene() || !targets_open(&scene, run->attack) ||
	    ((needs & NEEDS_MOUNTS) &&
	     !stage_mount(run->attack->grant, needs)) ||
	    !stage_victim(&scene, needs) || !scene_save(&scene) ||
	    !open_log(run))
		return broken(strerror(errno));
	wire_watch();
	run->words = command_words(run->attack, run->sbx, run->prefix, tier,
				   run->no_shim, self);
	if (is_control(run) && (needs & GIVES_UP) && !control_holds(run))
		return broken("permissions do not protect what they should");
	perform(run);
	stage_clear();
	if ((needs & NEEDS_LOG) && !run->prefix)
		evidence_examine(at("log/json"), run->sbx);
	targets_planted(run->attack->grant);
	code = verdict(run);
	stage_unmount();
	clean_up(run);
	return code;
}

static const struct attack *without_udp(const struct attack *attack)
{
	static struct attack less;

	less = *attack;
	if (less.grant == GRANT_INET)
		less.grant = GRANT_TCP;
	if (less.grant == GRANT_INET_UNIX)
		less.grant = GRANT_TCP_UNIX;
	return &less;
}

int main(int argc, char **argv)
{
	struct run run = {.seconds = 20 * (int)slowness()};
	int option;

	while ((option = getopt(argc, argv, "s:nub:p:t:kl")) != -1) {
		switch (option) {
		case 's':
			run.sbx = optarg;
			break;
		case 'u':
			run.no_udp = true;
			break;
		case 'b':
			tier = optarg;
			break;
		case 'p':
			run.prefix = optarg;
			break;
		case 'n':
			run.no_shim = true;
			break;
		case 't':
			run.seconds = atoi(optarg);
			break;
		case 'k':
			run.keep = true;
			break;
		case 'l':
			attack_each(list_one);
			return 0;
		default:
			fputs(usage, stderr);
			return EXIT_BROKEN;
		}
	}
	run.attack = optind + 1 == argc ? attack_find(argv[optind]) : NULL;
	if (!run.attack) {
		fputs(usage, stderr);
		return EXIT_BROKEN;
	}
	if (run.no_udp)
		run.attack = without_udp(run.attack);
	return judge(&run, argv[0]);
}
