/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options, then a command, then its exit status. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/times.h>
#include <unistd.h>

#include "command/command.h"
#include "tell/colour.h"
#include "version.h"

static const struct command *const commands[] = {
	&command_check,  &command_list,     &command_plan,   &command_libvirt,
	&command_import, &command_snapshot, &command_embed,  &command_claim,
	&command_follow, &command_release,  &command_finish,
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))
#define PLAIN_OPTIONS 11 /* that are no commands */
#define OPTION_COUNT (COMMAND_COUNT + PLAIN_OPTIONS + 1) /* with the empty one at the end */

enum option_value {
	OPTION_COMMAND = 256,
	OPTION_ROOT,
	OPTION_CONFIG,
	OPTION_KERNEL,
	OPTION_GENERIC,
	OPTION_JSON,
	OPTION_BRIEF,
	OPTION_COLOR,
	OPTION_IMAGES,
	OPTION_VERSION
};

/*
 * The nouns. Capacities cost address space, not memory: what is not filled is never touched. Each starts on a page, which
 * its first few entries then share with what stands before them.
 */
#define PAGE 4096
static _Alignas(PAGE) struct config config;
static _Alignas(PAGE) struct machine machine;
static _Alignas(PAGE) struct plan plan;
static struct outcome outcome;
static struct report report;
static struct findings findings;
static struct names names;
static struct remnants remnants;
static struct images images;

static void print_help(void)
{
	printf("Usage: earlybind COMMAND [OPTION]...    to give PCI functions to vfio-pci early\n");
	for (size_t c = 0; c < COMMAND_COUNT; c++) {
		char words[32];

		snprintf(words, sizeof(words), "--%s%s%s%s", commands[c]->name,
			 commands[c]->operand ? " [" : "",
			 commands[c]->operand ? commands[c]->operand : "",
			 commands[c]->operand ? "]" : "");
		printf("  %-20s %s\n", words, commands[c]->help);
	}
	printf("  --root DIR           read and write everything below DIR\n"
	       "  --config FILE        not %s, but this configuration\n"
	       "  --kernel VERSION     the kernel that the image is for\n"
	       "  --generic            with --embed: the image is for other machines too\n"
	       "  --json               with --check, --plan or --list: the same for programs\n"
	       "  --images             with --check: look into the images on disk too\n"
	       "  --brief              with --check: one line of all\n"
	       "  --color WHEN         always, never, or auto: where a terminal reads it\n"
	       "  -q, --quiet          say nothing, only end with the status\n"
	       "  -h, --help           print this; --version prints the version\n"
	       "Status: 0 as asked; 1 not as asked; 2 wrong words or configuration; 3 unreadable\n"
	       "earlybind=off on the kernel command line boots without it. More: man earlybind\n",
	       CONFIG_FILE);
}

/* Reads --color and what it goes by. Returns false where it is no word for it, which has been told. */
static bool use_colour(const char *word)
{
	static const char *const words[] = {
		[COLOUR_AUTO] = "auto", [COLOUR_ALWAYS] = "always", [COLOUR_NEVER] = "never", NULL
	};
	const char *near;

	for (int when = 0; words[when]; when++)
		if (strcmp(word, words[when]) == 0) {
			colour_use(colour_wanted((enum colour_when)when, isatty(STDOUT_FILENO),
						 getenv("NO_COLOR"), getenv("TERM")));
			return true;
		}
	near = text_near(word, strlen(word), words);
	fprintf(stderr, "earlybind: --color: \"%.80s\": expected always, never or auto", word);
	if (near)
		fprintf(stderr, "; did you mean %s?", near);
	fputc('\n', stderr);
	return false;
}

/* What was printed may have to go to a full disk, or to a program that has ended. */
static int end(int status)
{
	bool failed = ferror(stdout);

	if (fflush(stdout) == 0 && !failed)
		return status;
	fprintf(stderr,
		"earlybind: not all of the output could be written: where it goes is full, or "
		"the program that reads it has ended\n");
	return status == STATUS_WRONG_INPUT ? status : STATUS_UNREADABLE;
}

static int usage(const char *what)
{
	fprintf(stderr, "earlybind: %s; see earlybind --help\n", what);
	return STATUS_WRONG_INPUT;
}

/* A word that is no option, or the beginning of more than one. */
static int unknown(const char *word, const struct option *options)
{
	const char *all[OPTION_COUNT] = { NULL };
	size_t dashes = strspn(word, "-");
	size_t n = strcspn(word + dashes, "=");
	const char *near;
	unsigned begun = 0;

	for (size_t o = 0; options[o].name; o++) {
		all[o] = options[o].name;
		begun += strncmp(word + dashes, options[o].name, n) == 0;
	}
	near = text_near(word + dashes, n, all);
	fprintf(stderr, "earlybind: %.*s ", (int)(dashes + n), word);
	if (begun > 1 && dashes == 2)
		fprintf(stderr, "may be several options; write it out");
	else
		fprintf(stderr, "is not an option");
	fprintf(stderr, "%s%s%s\n", near ? "; did you mean --" : "; see earlybind --help",
		near ? near : "", near ? "?" : "");
	return STATUS_WRONG_INPUT;
}

/* What getopt_long has stopped at: the last word that it has read, or, of one dash, the letter in optopt. */
static int wrong_option(int how, const char *word, const struct option *options)
{
	const char letter[] = { '-', (char)optopt, '\0' };
	bool known = false;

	for (size_t o = 0; options[o].name; o++)
		known |= options[o].val == optopt;
	if (!known)
		return unknown(optopt ? letter : word, options);
	fprintf(stderr, "earlybind: %s %s; see earlybind --help\n", word,
		how == ':' ? "wants a value" : "takes no value");
	return STATUS_WRONG_INPUT;
}

int main(int argc, char **argv)
{
	struct option options[OPTION_COUNT] = {
		{ "root", required_argument, NULL, OPTION_ROOT },
		{ "config", required_argument, NULL, OPTION_CONFIG },
		{ "kernel", required_argument, NULL, OPTION_KERNEL },
		{ "generic", no_argument, NULL, OPTION_GENERIC },
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "brief", no_argument, NULL, OPTION_BRIEF },
		{ "color", required_argument, NULL, OPTION_COLOR },
		{ "images", no_argument, NULL, OPTION_IMAGES },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, OPTION_VERSION },
	};
	struct context context = {
		.config = &config,
		.machine = &machine,
		.plan = &plan,
		.outcome = &outcome,
		.report = &report,
		.findings = &findings,
		.names = &names,
		.remnants = &remnants,
		.images = &images,
	};
	const struct command *command = NULL;
	const char *directory = "/";
	const char *colour = "auto";
	struct tms unused;
	int option, error;

	context.started = times(&unused);
	for (size_t c = 0; c < COMMAND_COUNT; c++)
		options[PLAIN_OPTIONS + c] = (struct option){ commands[c]->name, no_argument, NULL,
							      OPTION_COMMAND + 16 + (int)c };

	while ((option = getopt_long(argc, argv, ":qh", options, NULL)) != -1) {
		switch (option) {
		case OPTION_ROOT:
			directory = optarg;
			break;
		case OPTION_CONFIG:
			context.config_file = optarg;
			break;
		case OPTION_KERNEL:
			context.kernel = optarg;
			break;
		case OPTION_GENERIC:
			context.generic = true;
			break;
		case OPTION_JSON:
			context.json = true;
			break;
		case OPTION_BRIEF:
			context.brief = true;
			break;
		case OPTION_COLOR:
			colour = optarg;
			break;
		case OPTION_IMAGES:
			context.with_images = true;
			break;
		case OPTION_VERSION:
			printf("earlybind %s\n", EARLYBIND_VERSION);
			return end(STATUS_AS_ASKED);
		case 'q':
			context.quiet = true;
			break;
		case 'h':
			print_help();
			return end(STATUS_AS_ASKED);
		case ':':
		case '?':
			return wrong_option(option, argv[optind - 1], options);
		default:
			if (command)
				return usage("one command at a time");
			command = commands[option - OPTION_COMMAND - 16];
		}
	}
	if (!command)
		return optind < argc ? unknown(argv[optind], options) : usage("no command");
	if (optind < argc)
		context.operand = argv[optind++];
	if (optind < argc || (context.operand && !command->operand))
		return usage("too many words");
	if (context.json && !command->json)
		return usage("--json goes with --check, --plan or --list");
	if (context.brief && (!command->brief || context.json))
		return usage("--brief goes with --check, and not with --json");
	if (context.with_images && command != &command_check)
		return usage("--images goes with --check");
	if (!use_colour(colour))
		return STATUS_WRONG_INPUT;

	error = root_open(&context.root, directory);
	if (error) {
		fprintf(stderr, "earlybind: %s: %s\n", directory, strerror(-error));
		return STATUS_WRONG_INPUT;
	}
	return end((int)command->run(&context));
}
