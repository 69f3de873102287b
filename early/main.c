/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options, then a command, then its exit status. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/times.h>

#include "command/command.h"
#include "version.h"

static const struct command *const commands[] = {
	&command_check, &command_plan,   &command_import,  &command_snapshot, &command_embed,
	&command_claim, &command_follow, &command_release, &command_finish,
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

enum option_value {
	OPTION_COMMAND = 256,
	OPTION_ROOT,
	OPTION_CONFIG,
	OPTION_KERNEL,
	OPTION_GENERIC,
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
static struct remnants remnants;

static void print_help(void)
{
	printf("Usage: earlybind COMMAND [OPTION]...\n"
	       "Gives chosen PCI functions to vfio-pci before any other driver can take them.\n\n");
	for (size_t c = 0; c < COMMAND_COUNT; c++) {
		char words[32];

		snprintf(words, sizeof(words), "--%s%s%s%s", commands[c]->name,
			 commands[c]->operand ? " [" : "",
			 commands[c]->operand ? commands[c]->operand : "",
			 commands[c]->operand ? "]" : "");
		printf("  %-20s %s\n", words, commands[c]->help);
	}
	printf("\n"
	       "  --root DIR           read and write everything below DIR\n"
	       "  --config FILE        read this configuration instead of %s\n"
	       "  --kernel VERSION     the kernel that the image is for\n"
	       "  --generic            with --embed: the image is for other machines too\n"
	       "  -q, --quiet          say nothing, only end with the status\n"
	       "  -h, --help           print this\n"
	       "      --version        print the version\n\n"
	       "Exit status: 0 as asked; 1 not as asked; 2 wrong words or configuration;\n"
	       "3 the machine cannot be read.\n"
	       "earlybind=off on the kernel command line boots without earlybind.\n",
	       CONFIG_FILE);
}

static int usage(const char *what)
{
	fprintf(stderr, "earlybind: %s; see earlybind --help\n", what);
	return STATUS_WRONG_INPUT;
}

int main(int argc, char **argv)
{
	struct option options[COMMAND_COUNT + 8] = {
		{ "root", required_argument, NULL, OPTION_ROOT },
		{ "config", required_argument, NULL, OPTION_CONFIG },
		{ "kernel", required_argument, NULL, OPTION_KERNEL },
		{ "generic", no_argument, NULL, OPTION_GENERIC },
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
		.remnants = &remnants,
	};
	const struct command *command = NULL;
	const char *directory = "/";
	struct tms unused;
	int option, error;

	context.started = times(&unused);
	for (size_t c = 0; c < COMMAND_COUNT; c++)
		options[7 + c] = (struct option){ commands[c]->name, no_argument, NULL,
						  OPTION_COMMAND + 16 + (int)c };

	while ((option = getopt_long(argc, argv, "qh", options, NULL)) != -1) {
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
		case OPTION_VERSION:
			printf("earlybind %s\n", EARLYBIND_VERSION);
			return STATUS_AS_ASKED;
		case 'q':
			context.quiet = true;
			break;
		case 'h':
			print_help();
			return STATUS_AS_ASKED;
		case '?':
			return usage("an option is not known or wants a value");
		default:
			if (command)
				return usage("one command at a time");
			command = commands[option - OPTION_COMMAND - 16];
		}
	}
	if (!command)
		return usage("no command");
	if (optind < argc)
		context.operand = argv[optind++];
	if (optind < argc || (context.operand && !command->operand))
		return usage("too many words");

	error = root_open(&context.root, directory);
	if (error) {
		fprintf(stderr, "earlybind: %s: %s\n", directory, strerror(-error));
		return STATUS_WRONG_INPUT;
	}
	return (int)command->run(&context);
}
