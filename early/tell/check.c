/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tell/tell.h"

#define SENTENCE_BYTES 2048

static void tell_held(struct text *text, const struct finding *finding)
{
	text_add(text, "held, and not bound");
	if (!finding->line)
		text_add(text, "; see the kernel log: dmesg | grep earlybind");
}

void tell_rebuild_command(struct text *text, const char *generator)
{
	static const struct {
		const char *generator, *command;
	} commands[] = {
		{ GENERATOR_MKINITCPIO, "mkinitcpio -P" },
		{ GENERATOR_DRACUT, "dracut --force --regenerate-all" },
		{ GENERATOR_INITRAMFS_TOOLS, "update-initramfs -u -k all" },
	};
	const char *command = NULL;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (generator && strcmp(generator, commands[i].generator) == 0)
			command = commands[i].command;
	if (command)
		text_add(text, "%s", command);
	else
		text_add(text, "%s, %s or %s", commands[0].command, commands[1].command,
			 commands[2].command);
}

/* What to do where the initramfs is not the one that is wanted. */
static void tell_rebuild(struct text *text, const struct machine *machine)
{
	tell_rebuild_command(text, machine->generator);
}

/* Who else of the function's IOMMU group keeps guests from it, and what to do. */
static void tell_group(struct text *text, const struct machine *machine,
		       const struct function *function)
{
	const char *between = "";

	text_add(text, "has %s, and no guest can use it: ", function->driver);
	for (uint16_t f = 0; f < machine->function_count; f++) {
		const struct function *other = &machine->functions[f];

		if (other->group != function->group || !function_takes_group(machine, f))
			continue;
		text_add(text, "%s" ADDRESS_FORMAT " (%s)", between, ADDRESS_PARTS(other->at),
			 other->driver);
		between = ", ";
	}
	text_add(text,
		 " of its IOMMU group %d works for the host; put the card into another slot of the "
		 "board, or give the guest all of the group",
		 function->group);
}

void tell_finding(struct text *text, const struct config *config, const struct machine *machine,
		  const struct plan *plan, const struct finding *finding)
{
	const struct decision *decision = &plan->decisions[finding->decision];
	const struct function *function = &machine->functions[decision->function];

	switch (finding->kind) {
	case FINDING_SWITCHED_OFF:
		text_add(text,
			 "earlybind was off on this boot; take what switches it off (earlybind=, "
			 "or an "
			 "earlybind. word that cannot be read) off the kernel command line, and "
			 "start again");
		return;
	case FINDING_PLANNED_ONLY:
		text_add(text, "this boot only planned; take earlybind=plan off the kernel command "
			       "line, and start "
			       "again");
		return;
	case FINDING_NOT_RUN:
		text_add(text, "earlybind did not run on this boot; build the initramfs again (");
		tell_rebuild(text, machine);
		text_add(text, ") and restart");
		return;
	case FINDING_STALE_IMAGE:
		text_add(text, "the initramfs of this boot has another configuration than today's; "
			       "build it again (");
		tell_rebuild(text, machine);
		text_add(text, ") and restart");
		return;
	case FINDING_NEWER_REPORT:
		text_add(text, "a newer earlybind wrote this boot's report; install that version "
			       "here too");
		return;
	case FINDING_HELD:
		tell_held(text, finding);
		break;
	case FINDING_OTHER_DRIVER:
		text_add(text, "has the driver %s, not %s", function->driver, decision->driver);
		break;
	case FINDING_NO_DRIVER:
		text_add(text, "has no driver, not %s", decision->driver);
		break;
	case FINDING_MEMORY_TAKEN:
		text_add(text, "has %s, and no guest can use it: ", function->driver);
		tell_memory_taken(text, machine);
		return;
	case FINDING_GROUP_TAKEN:
		tell_group(text, machine, function);
		return;
	case FINDING_NO_RESET:
		text_add(text, "has no reset: a guest that stops may not start again with it until "
			       "this machine has been switched off and on");
		return;
	case FINDING_BAD_RESET:
		text_add(text,
			 "is of a family of Radeons that the kernel's reset does not help: a guest "
			 "that stops may not start again with it until this machine has been "
			 "switched off and on; the kernel module vendor-reset is made for it "
			 "(github.com/gnif/vendor-reset)");
		return;
	case FINDING_BUS_RESET:
		text_add(text, "has no reset but that of its bus, which not every card survives: "
			       "start its guest twice before you rely on it");
		return;
	case FINDING_BOOT_CARD:
		text_add(text,
			 "is the card that the firmware starts on: its guest may need a copy of "
			 "its ROM (<rom file=.../> in libvirt, romfile= in QEMU), and Xorg on the "
			 "host Option \"PrimaryGPU\" for the card that stays");
		return;
	}
	if (finding->line) {
		text_add(text, "; this boot said: %s", finding->line->sentence);
	} else if (decision->fate == FATE_REFUSE) {
		text_add(text, "; earlybind will not bind it: ");
		tell_reason(text, config, machine, plan, finding->decision);
	}
}

static void tell_function(FILE *out, const struct config *config, const struct machine *machine,
			  const struct plan *plan, const struct findings *findings, uint16_t d)
{
	const struct function *function = &machine->functions[plan->decisions[d].function];
	char sentence[SENTENCE_BYTES];
	struct text text = TEXT_OVER(sentence);

	text_clear(&text);
	if (findings->as_asked[d])
		text_add(&text, "as asked: %s", function->driver);
	for (uint32_t i = 0; i < findings->count; i++)
		if (findings->of[i].kind >= FINDING_HELD &&
		    findings->of[i].kind < FINDING_NO_RESET && findings->of[i].decision == d)
			tell_finding(&text, config, machine, plan, &findings->of[i]);
	fprintf(out, "  " ADDRESS_FORMAT "  %04x:%04x  %s\n", ADDRESS_PARTS(function->at),
		function->vendor, function->device, sentence);
}

void tell_findings(FILE *out, const struct config *config, const struct machine *machine,
		   const struct plan *plan, const struct findings *findings)
{
	for (uint16_t r = 0; r < config->rule_count; r++) {
		char sentence[SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);

		text_clear(&text);
		tell_place(&text, config, config->rules[r].at);
		fprintf(out, "%s: %s\n", sentence, config->rules[r].text);
		if (config->rules[r].verb == RULE_KEEP)
			fprintf(out, "  keeps %u function%s\n", plan->matches[r].count,
				plan->matches[r].count == 1 ? "" : "s");
		for (uint16_t d = 0; d < plan->decision_count; d++)
			if (plan->decisions[d].rule == r)
				tell_function(out, config, machine, plan, findings, d);
	}
	for (uint32_t i = 0; i < findings->count; i++) {
		char sentence[SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);

		text_clear(&text);
		if (findings->of[i].kind >= FINDING_HELD && findings->of[i].kind < FINDING_NO_RESET)
			continue;
		if (findings->of[i].kind >= FINDING_NO_RESET)
			text_add(
				&text, ADDRESS_FORMAT " ",
				ADDRESS_PARTS(
					machine->functions[plan->decisions[findings->of[i].decision]
								   .function]
						.at));
		tell_finding(&text, config, machine, plan, &findings->of[i]);
		fprintf(out, "%s\n", sentence);
	}
}
