/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan and the findings as JSON: keys and words that stay, whatever becomes of the sentences. */
#include <string.h>

#include "tell/json.h"
#include "tell/tell.h"

#define SENTENCE_BYTES 2048

static const char *const reasons[] = {
	[REASON_HARMLESS] = "harmless",
	[REASON_ALREADY] = "already",
	[REASON_EARLY] = "early",
	[REASON_CLEARED] = "cleared",
	[REASON_COMPANION] = "companion",
	[REASON_DISPLAY] = "display",
	[REASON_USB] = "usb",
	[REASON_STORAGE] = "storage",
	[REASON_OTHER_KIND] = "other-kind",
	[REASON_HAS_DRIVER] = "has-driver",
	[REASON_KEYBOARD] = "keyboard",
	[REASON_RESCUE] = "rescue",
	[REASON_SHOWS_PICTURE] = "shows-picture",
	[REASON_PICTURE_UNKNOWN] = "picture-unknown",
	[REASON_ROM_SHADOW] = "rom-shadow",
	[REASON_ROM_UNKNOWN] = "rom-unknown",
	[REASON_KERNEL_EVICTS] = "kernel-evicts",
	[REASON_OWN_SCREEN] = "own-screen",
	[REASON_DRIVERS_DIFFER] = "drivers-differ",
	[REASON_BRIDGE] = "bridge",
	[REASON_BELOW_VMD] = "below-vmd",
	[REASON_NO_GROUP] = "no-group",
	[REASON_HAS_VIRTUAL] = "has-virtual",
	[REASON_SIMPLEDRM] = "simpledrm",
	[REASON_LATE] = "late",
	[REASON_NOT_HELD] = "not-held",
	[REASON_CARRIES_ROOT] = "carries-root",
	[REASON_NEEDED] = "needed",
	[REASON_IN_USE] = "in-use",
	[REASON_NEED_UNKNOWN] = "need-unknown",
};

static const char *const warnings[] = {
	[WARNING_NO_MATCH] = "no-match",           [WARNING_PICTURE_UNKNOWN] = "picture-unknown",
	[WARNING_SHADOWED] = "shadowed",           [WARNING_LAST_SCREEN] = "last-screen",
	[WARNING_SEVERAL_CARDS] = "several-cards", [WARNING_LEFT_OUT] = "left-out",
	[WARNING_LAST_KEYBOARD] = "last-keyboard", [WARNING_ROOT_BUS] = "root-bus",
	[WARNING_GROUP] = "group-not-viable",      [WARNING_MOVED] = "moved",
};

static const char *const kinds[] = {
	[FINDING_SWITCHED_OFF] = "switched-off",
	[FINDING_PLANNED_ONLY] = "planned-only",
	[FINDING_NOT_RUN] = "not-run",
	[FINDING_STALE_IMAGE] = "stale-image",
	[FINDING_NEWER_REPORT] = "newer-report",
	[FINDING_HELD] = "held",
	[FINDING_OTHER_DRIVER] = "other-driver",
	[FINDING_NO_DRIVER] = "no-driver",
	[FINDING_MEMORY_TAKEN] = "memory-taken",
	[FINDING_GROUP_TAKEN] = "group-taken",
	[FINDING_NO_RESET] = "no-reset",
	[FINDING_BAD_RESET] = "bad-reset",
	[FINDING_BUS_RESET] = "bus-reset",
	[FINDING_BOOT_CARD] = "boot-card",
	[FINDING_NOT_CLAIMED] = "not-claimed",
	[FINDING_NOT_FINISHED] = "not-finished",
	[FINDING_NO_IOMMU] = "no-iommu",
	[FINDING_NO_VFIO_IOMMU] = "no-vfio-iommu",
	[FINDING_LOCKED_DOWN] = "locked-down",
	[FINDING_LAST_TIME] = "last-time",
	[FINDING_NO_OVERRIDE] = "no-override",
	[FINDING_NO_VIRTUALIZATION] = "no-virtualization",
	[FINDING_NO_KVM] = "no-kvm",
	[FINDING_CLOSED_GROUP] = "closed-group",
	[FINDING_UNSEEN] = "unseen",
	[FINDING_SIGNED_COMMAND_LINE] = "signed-command-line",
	[FINDING_UNSAFE_INTERRUPTS] = "unsafe-interrupts",
};

static const char *const old_kinds[] = {
	[OLD_IDS_TOOK] = "old-ids-took",
	[OLD_IDS_FIRST] = "old-ids-first",
	[OLD_OVERRIDE_FIGHTS] = "old-override-fights",
	[OLD_IDS_BEYOND] = "old-ids-beyond",
	[OLD_BLACKLIST_OF_HOST] = "old-blacklist-of-host",
	[OLD_IDS_NEEDLESS] = "old-ids-needless",
	[OLD_STRAY_IDS] = "old-stray-ids",
	[OLD_FOREIGN_OPTION] = "old-foreign-option",
	[OLD_SOFTDEP] = "old-softdep",
	[OLD_BLACKLIST] = "old-blacklist",
	[OLD_MODULES] = "old-modules",
	[OLD_OVERRIDE] = "old-override",
	[OLD_UNREAD] = "old-unread",
};

const char *tell_reason_word(enum reason reason)
{
	return reasons[reason];
}

static void write_place(struct json *json, const struct config *config, struct place at)
{
	bool in_file = at.file != CONFIG_COMMAND_LINE;

	json_string(json, "file", in_file ? config->files[at.file] : NULL);
	json_number(json, "line", in_file ? at.line : 0);
}

static void write_head(struct json *json, const struct machine *machine, const char *format)
{
	json_string(json, "format", format);
	json_string(json, "version", EARLYBIND_VERSION);
	json_string(json, "kernel", machine->kernel.release);
}

static void write_rules(struct json *json, const struct config *config, const struct plan *plan)
{
	json_array(json, "rules");
	for (uint16_t r = 0; r < config->rule_count; r++) {
		const struct rule *rule = &config->rules[r];

		json_object(json, NULL);
		write_place(json, config, rule->at);
		json_string(json, "verb", rule->verb == RULE_BIND ? "bind" : "keep");
		json_string(json, "text", rule->text);
		json_number(json, "matches", plan->matches[r].count);
		json_end(json, '}');
	}
	json_end(json, ']');
}

static void write_function(struct json *json, const struct config *config,
			   const struct machine *machine, const struct plan *plan, uint16_t d)
{
	const struct decision *decision = &plan->decisions[d];
	const struct function *function = &machine->functions[decision->function];
	char sentence[SENTENCE_BYTES];
	struct text text = TEXT_OVER(sentence);

	json_address(json, "slot", function->at);
	json_address(json, "card", machine->functions[decision->card].at);
	json_hex(json, "vendor", function->vendor, 4);
	json_hex(json, "device", function->device, 4);
	json_hex(json, "class", function->class, 6);
	json_number(json, "group", function->group);
	json_string(json, "driver", function->driver);
	json_string(json, "wants", decision->driver);
	json_number(json, "rule", decision->rule);
	json_string(json, "fate", tell_fate_word(decision));
	json_string(json, "reason", tell_reason_word(decision->reason));
	text_clear(&text);
	tell_reason(&text, config, machine, plan, d);
	json_string(json, "sentence", sentence);
}

static void write_warnings(struct json *json, const struct config *config,
			   const struct machine *machine, const struct plan *plan)
{
	json_array(json, "warnings");
	for (uint16_t w = 0; w < plan->warning_count; w++) {
		const struct warning *warning = &plan->warnings[w];
		char sentence[SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);

		text_clear(&text);
		tell_warning(&text, config, machine, plan, warning);
		json_object(json, NULL);
		json_string(json, "kind", warnings[warning->kind]);
		json_number(json, "rule", warning->rule);
		json_string(json, "sentence", sentence);
		json_end(json, '}');
	}
	json_end(json, ']');
}

static void write_missing(struct json *json, const char *missing)
{
	json_array(json, "missing_drivers");
	while (*missing) {
		char sentence[SENTENCE_BYTES];
		size_t n = strcspn(missing, "\n");

		snprintf(sentence, sizeof(sentence), "%.*s", (int)n, missing);
		json_string(json, NULL, sentence);
		missing += n + (missing[n] == '\n');
	}
	json_end(json, ']');
}

void tell_plan_document(FILE *out, const struct config *config, const struct machine *machine,
			const struct plan *plan, const char *missing)
{
	struct json json;

	json_begin(&json, out);
	write_head(&json, machine, "earlybind-plan 1");
	write_rules(&json, config, plan);
	json_array(&json, "functions");
	for (uint16_t d = 0; d < plan->decision_count; d++) {
		json_object(&json, NULL);
		write_function(&json, config, machine, plan, d);
		json_end(&json, '}');
	}
	json_end(&json, ']');
	write_warnings(&json, config, machine, plan);
	write_missing(&json, missing);
	json_end(&json, '}');
}

static void write_old_ways(struct json *json, const struct machine *machine,
			   const struct plan *plan, const struct old_ways *old)
{
	for (uint16_t i = 0; i < old->count; i++) {
		const struct remnant *remnant = &old->remnants->of[old->of[i].remnant];
		bool in_file =
			old->of[i].kind != OLD_UNREAD && remnant->source != SOURCE_COMMAND_LINE;
		char sentence[2 * SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);

		text_clear(&text);
		tell_old_way(&text, machine, plan, old, i);
		json_object(json, NULL);
		json_string(json, "kind", old_kinds[old->of[i].kind]);
		json_string(json, "slot", NULL);
		json_string(json, "file", in_file ? remnant->file : NULL);
		json_number(json, "line", in_file ? remnant->line : 0);
		json_bool(json, "as_asked", old->of[i].kind >= OLD_IDS_BEYOND);
		json_string(json, "sentence", sentence);
		json_end(json, '}');
	}
}

static void write_findings(struct json *json, const struct config *config,
			   const struct machine *machine, const struct plan *plan,
			   const struct findings *findings, const struct old_ways *old)
{
	json_array(json, "findings");
	for (uint32_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->of[i];
		char sentence[SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);

		text_clear(&text);
		tell_finding(&text, config, machine, plan, finding);
		json_object(json, NULL);
		json_string(json, "kind", kinds[finding->kind]);
		if (finding_has_function(finding->kind))
			json_address(
				json, "slot",
				machine->functions[plan->decisions[finding->decision].function].at);
		else
			json_string(json, "slot", NULL);
		json_bool(json, "as_asked", finding->kind >= FINDING_NO_RESET);
		json_string(json, "sentence", sentence);
		json_end(json, '}');
	}
	write_old_ways(json, machine, plan, old);
	json_end(json, ']');
}

static void write_problems(struct json *json, const struct config *config)
{
	json_array(json, "problems");
	for (uint32_t p = 0; p < config->problem_count && p < CONFIG_MAX_PROBLEMS; p++) {
		char sentence[SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);

		text_clear(&text);
		tell_problem(&text, config, &config->problems[p]);
		json_string(json, NULL, sentence);
	}
	json_end(json, ']');
}

void tell_check_document(FILE *out, const struct checked *checked)
{
	const struct config *config = checked->config;
	const struct machine *machine = checked->machine;
	const struct plan *plan = checked->plan;
	const struct findings *findings = checked->findings;
	const struct old_ways *old = checked->old;
	const struct images *images = checked->images;
	char summary[SENTENCE_BYTES];
	struct text text = TEXT_OVER(summary);
	struct json json;

	json_begin(&json, out);
	write_head(&json, machine, "earlybind-check 1");
	json_bool(&json, "as_asked",
		  findings->not_as_asked == 0 && old->fights == 0 && !old->unsure &&
			  config->problem_count == 0 && plan->not_as_asked == 0 &&
			  !*checked->missing &&
			  (!images || images->not_as_asked + images->unknown == 0));
	write_rules(&json, config, plan);
	json_array(&json, "functions");
	for (uint16_t d = 0; d < plan->decision_count; d++) {
		json_object(&json, NULL);
		write_function(&json, config, machine, plan, d);
		json_bool(&json, "as_asked", findings->as_asked[d]);
		json_end(&json, '}');
	}
	json_end(&json, ']');
	write_findings(&json, config, machine, plan, findings, old);
	write_warnings(&json, config, machine, plan);
	write_missing(&json, checked->missing);
	write_problems(&json, config);
	text_clear(&text);
	tell_summary(&text, checked);
	json_string(&json, "summary", summary);
	if (images)
		tell_images_document(&json, machine, images);
	json_end(&json, '}');
}
