/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tell/tell.h"

#define SENTENCE_BYTES 2048

/* Why it is refused; what to do where no function has a group is said once, of the machine. */
static void tell_refusal(struct text *text, const struct config *config,
			 const struct machine *machine, const struct plan *plan, uint16_t d)
{
	if (plan->decisions[d].reason == REASON_NO_GROUP && iommu_is_off(machine))
		text_add(text, "it has no IOMMU group");
	else
		tell_reason(text, config, machine, plan, d);
}

/* What became of a function that this boot has bound. */
static void tell_since(struct text *text, const struct function *function, const char *wanted)
{
	if (function->driver)
		text_add(text, "; something has taken it back since, as libvirt does where a "
			       "<hostdev> says managed='yes': write managed='no', and restart");
	else if (function->held_for && strcmp(function->held_for, wanted) == 0)
		text_add(text,
			 "; something has unbound it since; this, run by root, binds it again: "
			 "echo " ADDRESS_FORMAT " > /sys/bus/pci/drivers_probe",
			 ADDRESS_PARTS(function->at));
	else
		text_add(text, "; something has unbound it since; restart to have it bound");
}

/* By which way its driver came before anything else could. */
static void tell_way(struct text *text, const struct function *function, const struct remnant *way)
{
	if (function->driver_built_in == YES)
		text_add(text, " (part of the kernel)");
	if (!way)
		return;
	text_add(text, " (loaded %sby ", way->source == SOURCE_MODULES_LOAD ? "" : "early ");
	tell_remnant_place(text, way);
	text_add(text, ")");
}

/* Why a function is not as asked: what the boot wrote of it, else what the plan knows. */
static void tell_why(struct text *text, const struct config *config, const struct machine *machine,
		     const struct plan *plan, const struct finding *finding)
{
	const struct decision *decision = &plan->decisions[finding->decision];
	const struct function *function = &machine->functions[decision->function];
	const struct report_line *line = finding->line;

	if (line) {
		text_add(text, "; this boot said: %s", line->sentence);
		if (strcmp(line->result, REPORT_BOUND) == 0 ||
		    strcmp(line->result, REPORT_WAS_BOUND) == 0)
			tell_since(text, function, decision->driver);
	} else if (decision->fate == FATE_REFUSE) {
		text_add(text, "; earlybind will not bind it: ");
		tell_refusal(text, config, machine, plan, finding->decision);
	} else if (finding->kind == FINDING_HELD) {
		text_add(text, "; what it waits for: ");
		if (machine->rescue)
			tell_cause(text, machine, function, REASON_RESCUE);
		else
			tell_reason(text, config, machine, plan, finding->decision);
	}
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

void tell_rebuild(struct text *text, const struct machine *machine)
{
	tell_rebuild_command(text, machine->generator);
}

/* "the configuration in this initramfs has errors: nothing is bound on this boot", as claim said it */
static void tell_not_claimed(struct text *text, const struct machine *machine,
			     const struct report_line *nothing)
{
	const char *why = nothing->sentence;
	const char *advice = strchr(why, ';');

	if (strcmp(nothing->result, REPORT_UNREAD) == 0) {
		text_add(text,
			 "this boot said: %s; look into dmesg for what is wrong there, and restart",
			 why);
		return;
	}
	text_add(text, "this boot said: %.*s; build the initramfs again (",
		 (int)(advice ? (size_t)(advice - why) : strlen(why)), why);
	tell_rebuild(text, machine);
	text_add(text, ") and restart");
}

/* What keeps other drivers away once the one that it has lets go. */
static void tell_override(struct text *text, const struct function *function)
{
	if (function->held_for)
		text_add(text,
			 "has %s, and the driver override %s: when it is unbound, that one "
			 "may take it",
			 function->driver, function->held_for);
	else
		text_add(text,
			 "has %s, and no driver override: when it is unbound, the host's own "
			 "driver may take it",
			 function->driver);
	text_add(text,
		 "; echo %s > /sys/bus/pci/devices/" ADDRESS_FORMAT
		 "/driver_override, run by root, or restart",
		 function->driver, ADDRESS_PARTS(function->at));
}

void tell_finding(struct text *text, const struct config *config, const struct machine *machine,
		  const struct plan *plan, const struct finding *finding)
{
	const struct decision *decision = &plan->decisions[finding->decision];
	const struct function *function = &machine->functions[decision->function];

	switch (finding->kind) {
	case FINDING_SWITCHED_OFF:
		tell_switched_off(text, config);
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
	case FINDING_NOT_CLAIMED:
		tell_not_claimed(text, machine, finding->line);
		return;
	case FINDING_HELD:
		text_add(text, "held, and not bound");
		break;
	case FINDING_OTHER_DRIVER:
		text_add(text, "has the driver %s", function->driver);
		tell_way(text, function, finding->way);
		text_add(text, ", not %s", decision->driver);
		break;
	case FINDING_NO_DRIVER:
		text_add(text, "has no driver, not %s", decision->driver);
		break;
	case FINDING_MEMORY_TAKEN:
		text_add(text, "has %s, and no guest can use it: ", function->driver);
		tell_memory_taken(text, machine);
		return;
	case FINDING_GROUP_TAKEN:
		tell_group(text, machine, plan, function);
		return;
	case FINDING_LAST_TIME:
		text_add(text, "has %s, and the next boot will not bind it: ", function->driver);
		tell_refusal(text, config, machine, plan, finding->decision);
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
	case FINDING_NO_OVERRIDE:
		tell_override(text, function);
		return;
	case FINDING_NOT_FINISHED:
	case FINDING_NO_IOMMU:
	case FINDING_NO_VFIO_IOMMU:
	case FINDING_LOCKED_DOWN:
	case FINDING_UNSAFE_INTERRUPTS:
	case FINDING_NO_VIRTUALIZATION:
	case FINDING_NO_KVM:
	case FINDING_CLOSED_GROUP:
	case FINDING_UNSEEN:
	case FINDING_SIGNED_COMMAND_LINE:
		tell_system_finding(text, machine, finding->kind);
		return;
	}
	tell_why(text, config, machine, plan, finding);
}

static void tell_function(FILE *out, const struct config *config, const struct machine *machine,
			  const struct plan *plan, const struct findings *findings, uint16_t d)
{
	const struct function *function = &machine->functions[plan->decisions[d].function];
	char head[64];
	struct text start = TEXT_OVER(head);
	char sentence[SENTENCE_BYTES];
	struct text text = TEXT_OVER(sentence);

	text_clear(&text);
	if (findings->as_asked[d])
		text_add(&text, "as asked: %s", function->driver);
	for (uint32_t i = 0; i < findings->count; i++)
		if (findings->of[i].kind >= FINDING_HELD &&
		    findings->of[i].kind < FINDING_NO_RESET && findings->of[i].decision == d)
			tell_finding(&text, config, machine, plan, &findings->of[i]);
	text_clear(&start);
	text_add(&start, "  " ADDRESS_FORMAT "  %04x:%04x  ", ADDRESS_PARTS(function->at),
		 function->vendor, function->device);
	tell_lines(out, findings->as_asked[d] ? TONE_GOOD : TONE_BAD, head, NULL, sentence);
}

static void tell_rule(FILE *out, const struct config *config, const struct plan *plan, uint16_t r)
{
	const struct rule *rule = &config->rules[r];
	char sentence[CONFIG_MAX_LINE_BYTES + SENTENCE_BYTES];
	struct text text = TEXT_OVER(sentence);

	text_clear(&text);
	tell_place(&text, config, rule->at);
	text_add(&text, ": %s", rule->text);
	tell_sentence(out, TONE_HEAD, sentence);
	if (rule->verb == RULE_KEEP)
		fprintf(out, "  keeps %u function%s\n", plan->matches[r].count,
			plan->matches[r].count == 1 ? "" : "s");
}

void tell_findings(FILE *out, const struct config *config, const struct machine *machine,
		   const struct plan *plan, const struct findings *findings)
{
	for (uint16_t r = 0; r < config->rule_count; r++) {
		tell_rule(out, config, plan, r);
		for (uint16_t d = 0; d < plan->decision_count; d++)
			if (plan->decisions[d].rule == r)
				tell_function(out, config, machine, plan, findings, d);
	}
	for (uint32_t i = 0; i < findings->count; i++) {
		char sentence[SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);

		if (findings->of[i].kind >= FINDING_HELD)
			continue;
		text_clear(&text);
		tell_finding(&text, config, machine, plan, &findings->of[i]);
		tell_sentence(out, TONE_BAD, sentence);
	}
}

void tell_notes(FILE *out, const struct config *config, const struct machine *machine,
		const struct plan *plan, const struct findings *findings)
{
	for (uint32_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->of[i];
		char sentence[SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);
		struct pci_address at;

		if (finding->kind < FINDING_NO_RESET)
			continue;
		text_clear(&text);
		at = machine->functions[plan->decisions[finding->decision].function].at;
		if (finding_has_function(finding->kind))
			text_add(&text, ADDRESS_FORMAT " ", ADDRESS_PARTS(at));
		tell_finding(&text, config, machine, plan, finding);
		tell_sentence(out, TONE_PLAIN, sentence);
	}
}

/* "2 functions" */
static void tell_number(struct text *text, uint32_t number, const char *what)
{
	text_add(text, "%u %s%s", number, what, number == 1 ? "" : "s");
}

void tell_summary(struct text *text, const struct checked *checked)
{
	const struct config *config = checked->config;
	const struct plan *plan = checked->plan;
	const struct findings *findings = checked->findings;
	const struct old_ways *old = checked->old;
	const char *missing = checked->missing;
	uint32_t wrong = findings->not_as_asked + old->fights + config->problem_count;
	uint32_t notes = findings->count - findings->not_as_asked + old->count - old->fights;
	uint32_t as_asked = 0, cards = 0;

	if (checked->images)
		wrong += checked->images->not_as_asked;
	for (; *missing; missing++)
		wrong += *missing == '\n';
	for (uint16_t w = 0; w < plan->warning_count; w++)
		*(plan->warnings[w].kind < WARNING_SEVERAL_CARDS ? &wrong : &notes) += 1;
	for (uint16_t d = 0; d < plan->decision_count; d++) {
		as_asked += findings->as_asked[d];
		cards += d == 0 || plan->decisions[d].card != plan->decisions[d - 1].card;
	}
	if (config->rule_count == 0 && wrong == 0) {
		text_add(text, "there is no rule in " CONFIG_FILE " or " CONFIG_FOLDER
			       ": nothing is asked for");
	} else if (wrong == 0) {
		text_add(text, "as asked%s: ",
			 old->unsure || (checked->images && checked->images->unknown) ?
				 ", as far as it can be seen" :
				 "");
		tell_number(text, as_asked, "function");
		text_add(text, " of ");
		tell_number(text, cards, "card");
	} else {
		text_add(text, "not as asked: ");
		tell_number(text, wrong, "finding");
		text_add(text, "; %u of ", as_asked);
		tell_number(text, plan->decision_count, "function");
		text_add(text, " %s as asked", plan->decision_count == 1 ? "is" : "are");
	}
	if (notes) {
		text_add(text, "; ");
		tell_number(text, notes, "note");
	}
}
