/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carrying out plans on a kernel made of memory, which fails call n, or kills claim before it, for every n: afterwards no
 * card is half bound, each function is as its result says, and nothing was written to what the plan did not choose. */
#include "act/carry.h"

#include <errno.h>
#include <setjmp.h>

#include "act/attribute.h"
#include "act/console.h"
#include "act/load.h"
#include "fixture.h"
#include "read/binding.h"
#include "test.h"

#define MAX_DEVICES 32
#define MAX_LOADED 32

/* What a function is, as far as binding goes. */
static struct device {
	const char *address;
	uint32_t class;
	const char *host_driver;
	char override[32];
	const char *driver;
	bool refuses; /* the probe of any driver that was asked for fails on it */
	bool probing; /* its host's driver is at it, and has it before we look */
	unsigned writes;
	bool hangs; /* its driver's remove never comes back */
	bool waited; /* claim said that it keeps its driver until finish */
} devices[MAX_DEVICES];
static size_t device_count;

static struct kernel_state {
	const char *loaded[MAX_LOADED]; /* modules */
	size_t loaded_count;
	bool host_drivers; /* loaded */
	const char *missing; /* a module that is not in the image */
	const char *deaf; /* a module that is loaded and registers no driver */
	const char *picture; /* the function with the firmware's framebuffer, or NULL */
	const char *screen; /* the function whose own driver has framebuffer 1, or NULL */
	bool no_fb_devices; /* CONFIG_FB_DEVICE is off */
	bool sticky; /* somebody has the firmware's framebuffer open */
	bool console_moved, console_awake, console_rebound;
	bool evicted; /* the firmware's framebuffer is unbound */
	bool console_lost; /* its card was probed before the console had moved, with a screen to move to */
	bool written_after_hang;
	bool in_claim;
	bool loaded_before_all_were_held;
	bool named_before_loaded;
	bool wrong_options;
	unsigned calls;
	unsigned fail_at; /* the call that fails, from 1; 0 none */
	bool fail_on; /* and all after it */
	unsigned die_at; /* the call before which we are killed, from 1; 0 none */
} kernel;

static jmp_buf killed;
static unsigned told_count[MAX_DEVICES];
static struct outcome outcome;
static const struct root nowhere = { .fd = -1 };

static void start(bool host_drivers)
{
	static const struct device all[] = {
		{ .address = "0000:01:00.0", .class = CLASS_VGA, .host_driver = "nouveau" },
		{ .address = "0000:01:00.1",
		  .class = CLASS_HD_AUDIO,
		  .host_driver = "snd_hda_intel" },
		{ .address = "0000:07:00.0", .class = CLASS_VGA, .host_driver = "nouveau" },
		{ .address = "0000:07:00.1",
		  .class = CLASS_HD_AUDIO,
		  .host_driver = "snd_hda_intel" },
		{ .address = "0000:07:00.2", .class = CLASS_USB, .host_driver = "xhci_hcd" },
		{ .address = "0000:07:00.3", .class = CLASS_UCSI, .host_driver = "nvidia-gpu" },
		{ .address = "0000:08:00.0", .class = CLASS_ACCELERATOR, .host_driver = "ivpu" },
		{ .address = "0000:09:00.0",
		  .class = CLASS_HD_AUDIO,
		  .host_driver = "snd_hda_intel" },
		{ .address = "0000:09:00.1",
		  .class = CLASS_HD_AUDIO,
		  .host_driver = "snd_hda_intel" },
	};

	memcpy(devices, all, sizeof(all));
	device_count = sizeof(all) / sizeof(all[0]);
	kernel = (struct kernel_state){ .host_drivers = host_drivers };
}

static struct device *device_at(struct pci_address at)
{
	char name[ADDRESS_BYTES];

	snprintf(name, sizeof(name), ADDRESS_FORMAT, ADDRESS_PARTS(at));
	for (size_t i = 0; i < device_count; i++)
		if (strcmp(devices[i].address, name) == 0)
			return &devices[i];
	return NULL;
}

/* A hung remove holds the lock of its function. */
static void count_write(struct device *device)
{
	device->writes++;
	if (device->hangs && device->writes > 2)
		kernel.written_after_hang = true;
}

static bool call_fails(void)
{
	kernel.calls++;
	if (kernel.calls == kernel.die_at)
		longjmp(killed, 1);
	return kernel.fail_at &&
	       (kernel.fail_on ? kernel.calls >= kernel.fail_at : kernel.calls == kernel.fail_at);
}

/* The name of a loaded module, or NULL. */
static const char *loaded(const char *name)
{
	for (size_t i = 0; i < kernel.loaded_count; i++)
		if (strcmp(kernel.loaded[i], name) == 0)
			return kernel.loaded[i];
	return NULL;
}

/* device_attach: an override wants the driver of that name, and no other. */
static void probe(struct device *device)
{
	if (device->driver)
		return;
	if (device->override[0] && same_text(device->address, kernel.picture) && kernel.screen &&
	    loaded(device->override) && !kernel.console_moved && !kernel.console_awake)
		kernel.console_lost = true;
	if (device->override[0] && !device->refuses)
		device->driver = loaded(device->override);
	else if (!device->override[0] && kernel.host_drivers)
		device->driver = device->host_driver;
}

int attribute_override(const struct root *root, struct pci_address at, const char *name)
{
	struct device *device = device_at(at);

	(void)root;
	count_write(device);
	if (name[0] && strcmp(name, HELD_NAME) != 0 && !loaded(name) && kernel.in_claim)
		kernel.named_before_loaded = true;
	if (call_fails())
		return -EIO;
	strcpy(device->override, name);
	if (device->probing) {
		device->probing = false;
		device->driver = device->host_driver;
	}
	return 0;
}

int attribute_probe(const struct root *root, struct pci_address at)
{
	(void)root;
	count_write(device_at(at));
	if (call_fails())
		return -EIO;
	probe(device_at(at));
	return 0;
}

int attribute_unbind(const struct root *root, struct pci_address at, const char *driver)
{
	struct device *device = device_at(at);

	(void)root;
	device->writes++;
	if (call_fails())
		return -EIO;
	if (!device->driver || strcmp(device->driver, driver) != 0)
		return -ENODEV;
	device->driver = NULL;
	return 0;
}

int attribute_take(const struct root *root, struct pci_address at, const char *driver)
{
	struct device *device = device_at(at);

	if (device->hangs) {
		device->writes = 2; /* whatever comes after is the third */
		return -ETIMEDOUT;
	}
	return attribute_unbind(root, at, driver);
}

int attribute_unbind_platform(const struct root *root, const char *device, const char *driver)
{
	(void)root;
	CHECK(same_text(device, "efi-framebuffer.0") && same_text(driver, "efi-framebuffer"));
	if (call_fails())
		return -EIO;
	if (kernel.screen && !kernel.console_moved && !kernel.console_awake)
		kernel.console_lost = true;
	kernel.evicted = true;
	return 0;
}

int console_map(const struct root *root, int framebuffer)
{
	(void)root;
	CHECK(framebuffer == 1);
	if (call_fails())
		return -EIO;
	if (kernel.no_fb_devices)
		return -ENOENT;
	kernel.console_moved = true;
	return 0;
}

int console_wake(const struct root *root)
{
	(void)root;
	if (call_fails())
		return -ETIMEDOUT;
	kernel.console_awake = true;
	return 0;
}

int console_rebind(const struct root *root)
{
	(void)root;
	if (call_fails())
		return -EIO;
	kernel.console_rebound = true;
	return 0;
}

bool console_lets_go(const struct root *root, const struct machine *at, uint16_t f)
{
	(void)root;
	(void)at;
	return !same_text(devices[f].address, kernel.picture) || (kernel.evicted && !kernel.sticky);
}

void console_say(const struct root *root, const char *line)
{
	(void)root;
	(void)line;
}

int load_module(const struct root *root, const char *name, const char *options)
{
	bool by_ids = strcmp(name, "vfio-pci") == 0 || strcmp(name, "pci-stub") == 0;

	(void)root;
	if (!same_text(options, by_ids ? "ids=" : NULL))
		kernel.wrong_options = true;
	for (uint16_t d = 0; kernel.in_claim && d < plan.decision_count; d++)
		if (plan.decisions[d].fate != FATE_REFUSE &&
		    outcome.of[d].result == RESULT_UNTOUCHED)
			kernel.loaded_before_all_were_held = true;
	if (call_fails())
		return -EIO;
	if (kernel.missing && strcmp(name, kernel.missing) == 0)
		return -ENOENT;
	if (loaded(name))
		return 0;
	assert(kernel.loaded_count < MAX_LOADED);
	kernel.loaded[kernel.loaded_count++] = name;
	/* A driver that registers is offered every function that waits for it. */
	for (size_t i = 0; i < device_count; i++)
		if (strcmp(devices[i].override, name) == 0)
			probe(&devices[i]);
	return 0;
}

static ssize_t give(char *name, size_t size, const char *text)
{
	int n = snprintf(name, size, "%s", text ? text : "");

	return n < (int)size ? n : -ENAMETOOLONG;
}

ssize_t binding_read_driver(const struct root *root, struct pci_address at, char *name, size_t size)
{
	(void)root;
	return call_fails() ? -EIO : give(name, size, device_at(at)->driver);
}

ssize_t binding_read_override(const struct root *root, struct pci_address at, char *name,
			      size_t size)
{
	(void)root;
	return call_fails() ? -EIO : give(name, size, device_at(at)->override);
}

enum driver_state binding_driver_state(const struct root *root, const char *driver)
{
	(void)root;
	return !call_fails() && loaded(driver) && !same_text(driver, kernel.deaf) ? DRIVER_MODULE :
										    DRIVER_ABSENT;
}

static void told(const struct carry *carry, uint16_t d)
{
	(void)carry;
	told_count[d]++;
}

/* Reads the kernel's state into the machine, and plans. */
static void look(const char *rules, enum moment moment)
{
	new_machine();
	for (size_t i = 0; i < device_count; i++) {
		struct function *function = add_function(devices[i].address, devices[i].class);

		function->driver = devices[i].driver;
		function->held_for = devices[i].override[0] ? devices[i].override : NULL;
		function->driver_built_in = NO;
		function->waited = devices[i].waited;
		if (same_text(devices[i].address, kernel.picture)) {
			function->shows_picture = YES;
			machine.picture.owner = (uint16_t)i;
			machine.picture.is_there = kernel.evicted ? NO : YES;
			machine.picture.device = "efi-framebuffer.0";
			machine.picture.driver = kernel.evicted ? NULL : "efi-framebuffer";
		}
		if (same_text(devices[i].address, kernel.screen) && devices[i].driver) {
			function->framebuffer = 1;
			function->has_screen = YES;
		}
	}
	new_config(rules);
	make_plan(&config, &machine, moment, &plan);
}

static struct carry begin(void)
{
	memset(told_count, 0, sizeof(told_count));
	for (size_t i = 0; i < device_count; i++)
		devices[i].writes = 0;
	return (struct carry){ .root = &nowhere,
			       .machine = &machine,
			       .plan = &plan,
			       .outcome = &outcome,
			       .told = told };
}

/* Of the second card three functions of four are chosen; then the same with a driver for each card. */
static const char the_rules[] =
	"bind slot 07:00\nkeep slot 07:00.2\nbind slot 08:00\nbind slot 09:00\n";
static const char three_drivers[] = "bind slot 07:00\nkeep slot 07:00.2\n"
				    "bind slot 08:00 driver pci-stub\n"
				    "bind slot 09:00 driver xe_vfio_pci\n";

/* Whole cards: USB waits with its driver. */
static const char whole_cards[] = "bind card slot 07:00\nbind slot 08:00\nbind slot 09:00\n";

static void claim(const char *rules)
{
	struct carry carry;

	look(rules, MOMENT_CLAIM);
	carry = begin();
	kernel.in_claim = true;
	carry_claim(&carry);
	kernel.in_claim = false;
	for (uint16_t d = 0; d < plan.decision_count; d++)
		devices[plan.decisions[d].function].waited = outcome.of[d].result == RESULT_WAITS;
}

static void finish(const char *rules)
{
	struct carry carry;

	look(rules, MOMENT_FINISH);
	carry = begin();
	carry_finish(&carry);
}

/* The same on a boot for rescue. */
static void finish_in_rescue(const char *rules)
{
	struct carry carry;

	look(rules, MOMENT_FINISH);
	machine.rescue = true;
	make_plan(&config, &machine, MOMENT_FINISH, &plan);
	carry = begin();
	carry_finish(&carry);
}

static const struct device *device_of(uint16_t d)
{
	return device_at(machine.functions[plan.decisions[d].function].at);
}

/* With the driver that was asked for. */
static bool with_asked(uint16_t d)
{
	return same_text(device_of(d)->driver, plan.decisions[d].driver);
}

static bool held(uint16_t d)
{
	const struct device *device = device_of(d);

	return !device->driver && (strcmp(device->override, HELD_NAME) == 0 ||
				   strcmp(device->override, plan.decisions[d].driver) == 0);
}

/* Whether a function that could not be given back is left as the step that failed has it; where every call fails
 * nobody can know. */
static bool is_stuck_as_told(uint16_t d)
{
	const struct device *device = device_of(d);

	switch (outcome.of[d].step) {
	case STEP_CLEAR:
		return device->override[0] || kernel.fail_on;
	case STEP_UNBIND:
		return !device->override[0] && (with_asked(d) || kernel.fail_on);
	case STEP_PROBE:
		return !device->override[0] && !with_asked(d);
	default:
		return false;
	}
}

/* Whether a function is what its result says. */
static bool is_as_told(uint16_t d)
{
	const struct device *device = device_of(d);

	switch (outcome.of[d].result) {
	case RESULT_HELD:
		return !device->driver && strcmp(device->override, HELD_NAME) == 0;
	case RESULT_WAITS:
	case RESULT_STILL_WAITS:
		return device->writes == 0 && !held(d) && !with_asked(d);
	case RESULT_STAYS_HELD:
		return held(d) && device->writes == 0;
	case RESULT_MEMORY_TAKEN:
	case RESULT_BOUND:
		return with_asked(d) && strcmp(device->override, plan.decisions[d].driver) == 0;
	case RESULT_WAS_BOUND:
		return with_asked(d) && device->writes == 0;
	case RESULT_RELEASED:
	case RESULT_GIVEN_BACK:
	case RESULT_FAILED:
		return !device->override[0] && !with_asked(d) &&
		       (device->driver || !kernel.host_drivers || device->writes == 0);
	case RESULT_REFUSED:
		/* by finish, of what claim held: given back */
		return !held(d) && !with_asked(d);
	case RESULT_STUCK:
		return is_stuck_as_told(d);
	case RESULT_HANGS:
		return device_of(d)->hangs && device_of(d)->driver;
	case RESULT_UNTOUCHED:
		break;
	}
	return false;
}

/* Whether a function may be with its driver while the rest of its card is not: it was before, or it cannot be unbound. */
static bool may_stay(uint16_t d)
{
	return with_asked(d) && (outcome.of[d].result == RESULT_WAS_BOUND ||
				 (outcome.of[d].result == RESULT_STUCK &&
				  (outcome.of[d].step == STEP_UNBIND || kernel.fail_on)));
}

/* What has to hold after any claim or finish, whatever failed. */
static void check_all(const char *what)
{
	bool is_chosen[MAX_DEVICES] = { false };

	for (uint16_t d = 0; d < plan.decision_count; d++) {
		is_chosen[plan.decisions[d].function] = true;
		CHECK_FOR(is_as_told(d),
			  "%s, call %u: %s, result %d, step %d, override \"%s\", driver %s", what,
			  kernel.fail_at, device_of(d)->address, (int)outcome.of[d].result,
			  (int)outcome.of[d].step, device_of(d)->override,
			  device_of(d)->driver ? device_of(d)->driver : "none");
		CHECK_FOR(told_count[d] == 1, "%s, call %u: %s told %u times", what, kernel.fail_at,
			  device_of(d)->address, told_count[d]);
		/* a result that names no failure names no step */
		CHECK_FOR(outcome.of[d].result == RESULT_FAILED ||
					  outcome.of[d].result == RESULT_STUCK ||
					  outcome.of[d].result == RESULT_HANGS ?
				  outcome.of[d].step != STEP_NONE :
				  outcome.of[d].step == STEP_NONE ||
					  outcome.of[d].step == STEP_CONSOLE,
			  "%s, call %u: %s", what, kernel.fail_at, device_of(d)->address);
		for (uint16_t e = 0; e < d; e++)
			if (plan.decisions[d].card == plan.decisions[e].card)
				CHECK_FOR(with_asked(d) == with_asked(e) || may_stay(d) ||
						  may_stay(e),
					  "%s, call %u: half bound: %s", what, kernel.fail_at,
					  device_of(d)->address);
	}
	for (size_t i = 0; i < device_count; i++)
		if (!is_chosen[i])
			CHECK_FOR(devices[i].writes == 0 && !devices[i].override[0],
				  "%s, call %u: %s was written to", what, kernel.fail_at,
				  devices[i].address);
	CHECK_FOR(!kernel.named_before_loaded, "%s, call %u", what, kernel.fail_at);
	CHECK_FOR(!kernel.loaded_before_all_were_held, "%s, call %u", what, kernel.fail_at);
	CHECK_FOR(!kernel.wrong_options, "%s, call %u", what, kernel.fail_at);
	CHECK_FOR(!kernel.console_lost, "%s, call %u", what, kernel.fail_at);
	CHECK_FOR(!kernel.written_after_hang, "%s, call %u", what, kernel.fail_at);
}

static enum result result_of(const char *address)
{
	const struct decision *decision = decision_for(address);

	return decision ? outcome.of[decision - plan.decisions].result : RESULT_UNTOUCHED;
}

static struct result_of result_for(const char *address)
{
	return outcome.of[decision_for(address) - plan.decisions];
}

/* What udev does between claim and finish: every driver of the host's is loaded, and offered what has none. */
static void load_host_drivers(void)
{
	kernel.host_drivers = true;
	for (size_t i = 0; i < device_count; i++)
		if (!devices[i].override[0])
			probe(&devices[i]);
}

static void all_goes_well(void)
{
	start(false);
	claim(the_rules);
	check_all("claim");
	CHECK(result_of("0000:07:00.0") == RESULT_HELD && result_of("0000:07:00.1") == RESULT_HELD);
	CHECK(result_of("0000:07:00.3") == RESULT_HELD && !decision_for("0000:07:00.2"));
	CHECK(result_of("0000:08:00.0") == RESULT_BOUND);
	CHECK(result_of("0000:09:00.0") == RESULT_BOUND &&
	      result_of("0000:09:00.1") == RESULT_BOUND);
	CHECK(loaded("vfio-pci") && loaded("vfio_iommu_type1") && kernel.loaded_count == 2);
	CHECK(outcome.load_count == 1 && outcome.loads[0].error == 0 &&
	      same_text(outcome.loads[0].driver, "vfio-pci"));

	/* udev loads the host's drivers; they get the rest and only that */
	load_host_drivers();
	CHECK(same_text(devices[0].driver, "nouveau") && same_text(devices[4].driver, "xhci_hcd"));
	CHECK(!devices[2].driver && !devices[3].driver && !devices[5].driver);

	finish(the_rules);
	check_all("finish");
	CHECK(result_of("0000:07:00.0") == RESULT_BOUND &&
	      result_of("0000:07:00.1") == RESULT_BOUND &&
	      result_of("0000:07:00.3") == RESULT_BOUND);
	CHECK(result_of("0000:08:00.0") == RESULT_WAS_BOUND &&
	      result_of("0000:09:00.1") == RESULT_WAS_BOUND);
	CHECK(devices[6].writes == 0);

	/* once more changes nothing */
	finish(the_rules);
	check_all("finish again");
	CHECK(result_of("0000:07:00.0") == RESULT_WAS_BOUND && devices[2].writes == 0);
}

static void nothing_to_do(void)
{
	start(false);
	claim("keep slot 07:00\n");
	check_all("keep only");
	CHECK(plan.decision_count == 0 && kernel.calls == 0);
	claim("bind slot 07:00 driver a\nbind slot 07:00.2 driver b\n");
	check_all("refused only");
	CHECK(result_of("0000:07:00.2") == RESULT_REFUSED && kernel.calls == 0);
}

static void check_back_with_host(const char *rules)
{
	/* the rest of the boot is as if nothing had been asked for */
	load_host_drivers();
	finish(rules);
	check_all("finish after that");
	for (size_t f = 0; f < device_count; f++)
		CHECK_FOR(same_text(devices[f].driver, devices[f].host_driver), "%s",
			  devices[f].address);
}

/* One driver for all, and something of it is missing. */
static void modules_missing(void)
{
	static const char *const modules[] = { "vfio-pci", "vfio_iommu_type1" };

	for (size_t i = 0; i < 2; i++) {
		start(false);
		kernel.missing = modules[i];
		claim(the_rules);
		check_all(modules[i]);
		for (uint16_t d = 0; d < plan.decision_count; d++) {
			bool first = d == 0 || plan.decisions[d - 1].card != plan.decisions[d].card;

			CHECK(outcome.of[d].result == (first ? RESULT_FAILED : RESULT_GIVEN_BACK));
			CHECK(!first ||
			      (outcome.of[d].step == STEP_LOAD && outcome.of[d].error == ENOENT));
		}
		CHECK(outcome.load_count == 1 && outcome.loads[0].error == ENOENT &&
		      same_text(outcome.loads[0].driver, "vfio-pci") &&
		      same_text(outcome.loads[0].module, modules[i]));
		check_back_with_host(the_rules);
	}
	/* loaded, and yet no driver is there */
	start(false);
	kernel.deaf = "vfio-pci";
	claim(the_rules);
	check_all("vfio-pci registers no driver");
	CHECK(outcome.loads[0].error == ENODEV && result_of("0000:08:00.0") == RESULT_FAILED &&
	      result_for("0000:08:00.0").error == ENODEV);
	check_back_with_host(the_rules);
}

/* A driver that cannot be loaded gives back the cards that want it, and only those. */
static void drivers_of_their_own(void)
{
	static const struct {
		const char *missing;
		enum result of_07, of_08, of_09;
	} rows[] = {
		{ NULL, RESULT_HELD, RESULT_BOUND, RESULT_BOUND },
		{ "vfio-pci", RESULT_FAILED, RESULT_BOUND, RESULT_BOUND },
		{ "pci-stub", RESULT_HELD, RESULT_FAILED, RESULT_BOUND },
		{ "xe_vfio_pci", RESULT_HELD, RESULT_BOUND, RESULT_FAILED },
		{ "vfio_iommu_type1", RESULT_FAILED, RESULT_BOUND, RESULT_FAILED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start(false);
		kernel.missing = rows[i].missing;
		claim(three_drivers);
		check_all(rows[i].missing ? rows[i].missing : "three drivers");
		CHECK_FOR(result_of("0000:07:00.0") == rows[i].of_07 &&
				  result_of("0000:08:00.0") == rows[i].of_08 &&
				  result_of("0000:09:00.0") == rows[i].of_09,
			  "row %zu", i);
		CHECK_FOR(outcome.load_count == 3, "row %zu", i);
		load_host_drivers();
		finish(three_drivers);
		check_all("finish, three drivers");
		CHECK_FOR(same_text(devices[2].driver,
				    rows[i].of_07 == RESULT_HELD ? "vfio-pci" : "nouveau"),
			  "row %zu", i);
	}
	/* nobody wants VFIO: nothing of it is loaded */
	start(false);
	claim("bind slot 08:00 driver pci-stub\n");
	check_all("pci-stub alone");
	CHECK(same_text(devices[6].driver, "pci-stub") && kernel.loaded_count == 1);
	/* two drivers on one card */
	start(false);
	kernel.missing = "pci-stub";
	claim("bind slot 09:00.0\nbind slot 09:00.1 driver pci-stub\n");
	check_all("half a card has its driver");
	CHECK(result_of("0000:09:00.0") == RESULT_GIVEN_BACK &&
	      result_of("0000:09:00.1") == RESULT_FAILED &&
	      result_for("0000:09:00.1").step == STEP_LOAD);
}

/* More different drivers than are kept: the cards of those past the limit are given back. */
static void too_many_drivers(void)
{
	static char addresses[OUTCOME_MAX_LOADS + 2][ADDRESS_BYTES];
	char rules[1024];
	struct text text = TEXT_OVER(rules);

	start(false);
	device_count = OUTCOME_MAX_LOADS + 2;
	text_clear(&text);
	for (unsigned i = 0; i < device_count; i++) {
		snprintf(addresses[i], sizeof(addresses[i]), "0000:%02x:00.0", i + 1);
		devices[i] = (struct device){ .address = addresses[i],
					      .class = CLASS_ACCELERATOR,
					      .host_driver = "ivpu" };
		text_add(&text, "bind slot %02x:00 driver d%u\n", i + 1, i);
	}
	claim(rules);
	check_all("too many drivers");
	CHECK(outcome.load_count == OUTCOME_MAX_LOADS);
	for (uint16_t d = 0; d < device_count; d++) {
		bool fits = d < OUTCOME_MAX_LOADS;

		CHECK_FOR(outcome.of[d].result == (fits ? RESULT_BOUND : RESULT_FAILED), "%u", d);
		CHECK_FOR(fits || outcome.of[d].error == E2BIG, "%u", d);
	}
}

/* A card of which one function is refused by vfio-pci is given back whole, and only that card. */
static void one_function_refuses(void)
{
	for (size_t f = 7; f <= 8; f++) {
		start(false);
		devices[f].refuses = true;
		claim(the_rules);
		check_all("claim, one refuses");
		CHECK(result_of(devices[f].address) == RESULT_FAILED);
		CHECK(result_of(devices[f == 7 ? 8 : 7].address) == RESULT_GIVEN_BACK);
		CHECK(result_of("0000:08:00.0") == RESULT_BOUND &&
		      result_of("0000:07:00.0") == RESULT_HELD);
	}
	for (size_t f = 2; f <= 5; f++) {
		if (f == 4)
			continue;
		start(false);
		claim(the_rules);
		kernel.host_drivers = true;
		devices[f].refuses = true;
		finish(the_rules);
		check_all("finish, one refuses");
		CHECK(result_of(devices[f].address) == RESULT_FAILED && !with_asked(0));
		CHECK(same_text(devices[f].driver, devices[f].host_driver));
	}
}

/* A driver that is at a function already when it is held has it: the whole card stays with the host. */
static void a_driver_is_faster(void)
{
	for (size_t f = 2; f <= 5; f++) {
		const struct decision *decision;

		if (f == 4)
			continue;
		start(true);
		devices[f].probing = true;
		claim(the_rules);
		check_all("claim, a driver is faster");
		decision = decision_for(devices[f].address);
		CHECK(result_of(devices[f].address) == RESULT_FAILED);
		CHECK(same_text(outcome.of[decision - plan.decisions].driver,
				devices[f].host_driver));
		CHECK(result_of("0000:08:00.0") == RESULT_BOUND);
	}
}

static void rescue_stays(void)
{
	start(false);
	claim(the_rules);
	finish_in_rescue(the_rules);
	check_all("finish on a rescue boot");
	CHECK(result_of("0000:07:00.0") == RESULT_STAYS_HELD &&
	      result_of("0000:08:00.0") == RESULT_WAS_BOUND);
	CHECK(devices[2].writes == 0 && devices[3].writes == 0);
}

/* What was never held finish does not touch; what it refuses is the host's again. */
static void finish_without_claim(void)
{
	start(false);
	finish(the_rules);
	check_all("finish alone");
	CHECK(result_of("0000:07:00.0") == RESULT_REFUSED &&
	      result_of("0000:08:00.0") == RESULT_REFUSED && kernel.calls == 0);

	/* one function of the card lost its override meanwhile */
	start(false);
	claim(the_rules);
	devices[3].override[0] = '\0';
	kernel.host_drivers = true;
	probe(&devices[3]);
	finish(the_rules);
	check_all("finish, half held");
	CHECK(result_of("0000:07:00.0") == RESULT_REFUSED &&
	      result_of("0000:07:00.1") == RESULT_REFUSED);
	CHECK(same_text(devices[2].driver, "nouveau") && devices[3].writes == 0);
}

/* The USB function of a card keeps its driver until the rest of the card is bound. */
static void keeps_its_driver_until_then(void)
{
	start(false);
	claim("bind card slot 07:00\n");
	check_all("claim, USB waits");
	CHECK(result_of("0000:07:00.2") == RESULT_WAITS &&
	      result_of("0000:07:00.0") == RESULT_HELD);
	CHECK(devices[4].writes == 0);
	load_host_drivers();
	CHECK(same_text(devices[4].driver, "xhci_hcd"));
	finish_in_rescue("bind card slot 07:00\n");
	check_all("rescue, USB waits");
	CHECK(result_of("0000:07:00.2") == RESULT_STILL_WAITS && devices[4].writes == 0);
	finish("bind card slot 07:00\n");
	check_all("finish, USB");
	CHECK(result_of("0000:07:00.2") == RESULT_BOUND &&
	      result_of("0000:07:00.0") == RESULT_BOUND);

	/* without a driver in the image it is bound all the same */
	start(false);
	claim("bind card slot 07:00\n");
	finish("bind card slot 07:00\n");
	check_all("finish, USB without a driver");
	CHECK(result_of("0000:07:00.2") == RESULT_BOUND);

	/* alone: vfio-pci is loaded in claim, before anything else can load it */
	start(false);
	claim("bind slot 07:00.2\n");
	check_all("claim, USB alone");
	CHECK(result_of("0000:07:00.2") == RESULT_WAITS && loaded("vfio-pci"));
	start(false);
	kernel.missing = "vfio-pci";
	claim("bind slot 07:00.2\n");
	check_all("claim, USB alone, no vfio-pci");
	CHECK(result_of("0000:07:00.2") == RESULT_FAILED && devices[4].writes == 0);

	/* what had a driver before claim, too */
	start(false);
	devices[6].driver = "ivpu";
	claim("bind slot 08:00\n");
	check_all("claim, a driver has it");
	CHECK(result_of("0000:08:00.0") == RESULT_WAITS && same_text(devices[6].driver, "ivpu"));
	finish("bind slot 08:00\n");
	check_all("finish, a driver had it");
	CHECK(result_of("0000:08:00.0") == RESULT_BOUND);

	/* early: claim takes it at once */
	start(false);
	devices[6].driver = "ivpu";
	claim("bind slot 08:00 early\n");
	check_all("claim, early");
	CHECK(result_of("0000:08:00.0") == RESULT_BOUND);
}

/* A driver's remove that never comes back: nothing more is written of that function, and the rest of its card is the host's. */
static void remove_that_hangs(void)
{
	start(false);
	claim("bind card slot 07:00\n");
	load_host_drivers();
	devices[4].hangs = true;
	finish("bind card slot 07:00\n");
	check_all("finish, remove hangs");
	CHECK(result_of("0000:07:00.2") == RESULT_HANGS &&
	      result_for("0000:07:00.2").error == ETIMEDOUT);
	CHECK(result_of("0000:07:00.0") == RESULT_GIVEN_BACK &&
	      same_text(devices[2].driver, "nouveau"));
}

/* Before an emergency shell: what was taken of storage, and early, is the host's again; the rest stays, and finish lets all be. */
static void release_gives_back(void)
{
	static const char rules[] = "bind slot 07:00\nbind slot 08:00 early\nbind slot 09:00\n";
	struct carry carry;

	start(false);
	claim(rules);
	load_host_drivers();
	devices[8].class = CLASS_NVME;
	look(rules, MOMENT_FINISH);
	carry = begin();
	carry_release(&carry);
	CHECK(result_of("0000:08:00.0") == RESULT_RELEASED &&
	      result_of("0000:09:00.0") == RESULT_RELEASED &&
	      result_of("0000:09:00.1") == RESULT_RELEASED);
	CHECK(same_text(devices[6].driver, "ivpu") &&
	      same_text(devices[7].driver, "snd_hda_intel"));
	CHECK(result_of("0000:07:00.0") == RESULT_UNTOUCHED && devices[2].writes == 0);
	finish(rules);
	check_all("finish after release");
	CHECK(same_text(devices[6].driver, "ivpu") && devices[6].writes == 0);
	CHECK(same_text(devices[2].driver, "vfio-pci"));
}

static const char boot_card[] = "bind slot 01:00\n";

static void start_with_picture(const char *screen)
{
	start(false);
	kernel.picture = "0000:01:00.0";
	kernel.screen = screen;
}

/* The card with the firmware's picture: held, and bound once the console is elsewhere. */
static void console_goes_first(void)
{
	start_with_picture("0000:07:00.0");
	claim(boot_card);
	check_all("claim, boot card");
	CHECK(result_of("0000:01:00.0") == RESULT_HELD && !kernel.evicted && !kernel.console_moved);
	load_host_drivers();
	finish(boot_card);
	check_all("finish, boot card");
	CHECK(result_of("0000:01:00.0") == RESULT_BOUND && kernel.console_moved && kernel.evicted);
	CHECK(outcome.console.tried && outcome.console.error == 0 && outcome.console.evicted);

	/* no card that stays has a screen: it waits, and then goes */
	start_with_picture(NULL);
	claim(boot_card);
	load_host_drivers();
	finish(boot_card);
	check_all("finish, no screen");
	CHECK(result_of("0000:01:00.0") == RESULT_STAYS_HELD &&
	      result_of("0000:01:00.1") == RESULT_STAYS_HELD && devices[0].writes == 0);
	kernel.screen = "0000:07:00.0";
	finish(boot_card);
	check_all("finish, a screen by now");
	CHECK(result_of("0000:01:00.0") == RESULT_BOUND && kernel.console_moved && kernel.evicted);

	/* force: after the prompt, screen or no screen; early: at once */
	start_with_picture(NULL);
	claim("bind slot 01:00 force\n");
	CHECK(result_of("0000:01:00.0") == RESULT_HELD);
	finish("bind slot 01:00 force\n");
	check_all("finish, force");
	CHECK(result_of("0000:01:00.0") == RESULT_BOUND && kernel.evicted);
	start_with_picture(NULL);
	claim("bind slot 01:00 early\n");
	check_all("claim, early");
	CHECK(result_of("0000:01:00.0") == RESULT_BOUND && kernel.evicted);
}

static void console_the_longer_way(void)
{
	start_with_picture("0000:07:00.0");
	kernel.no_fb_devices = true;
	claim(boot_card);
	load_host_drivers();
	finish(boot_card);
	check_all("finish, no /dev/fbN");
	CHECK(result_of("0000:01:00.0") == RESULT_BOUND && kernel.console_awake &&
	      kernel.console_rebound);
}

static void memory_that_stays_taken(void)
{
	start_with_picture("0000:07:00.0");
	kernel.sticky = true;
	claim(boot_card);
	load_host_drivers();
	finish(boot_card);
	check_all("finish, /dev/fb0 is open");
	CHECK(result_of("0000:01:00.0") == RESULT_MEMORY_TAKEN &&
	      result_of("0000:01:00.1") == RESULT_BOUND);
}

/* What goes wrong by itself, apart from the call that fails. */
struct trouble {
	const char *name;
	size_t refuses, probing; /* index of a function, 0 for none */
	const char *missing;
	bool picture; /* the first card has the firmware's picture, and the second has a screen */
	size_t driven; /* index of a function that has its driver before claim */
};

static const struct trouble troubles[] = {
	{ .name = "no trouble" },
	{ .name = "first of a card refuses", .refuses = 7 },
	{ .name = "second of a card refuses", .refuses = 8 },
	{ .name = "the display refuses", .refuses = 2 },
	{ .name = "the display's audio refuses", .refuses = 3 },
	{ .name = "the last of the display's card refuses", .refuses = 5 },
	{ .name = "a driver has the second of a card", .probing = 8 },
	{ .name = "a driver has the display", .probing = 2 },
	{ .name = "no vfio-pci", .missing = "vfio-pci" },
	{ .name = "no vfio_iommu_type1", .missing = "vfio_iommu_type1" },
	{ .name = "picture", .picture = true },
	{ .name = "picture, and a driver before claim", .picture = true, .driven = 3 },
	{ .name = "picture, and the display's audio refuses", .refuses = 3, .picture = true },
};

#define TROUBLES (sizeof(troubles) / sizeof(troubles[0]))

static void start_with(const struct trouble *trouble, bool host_drivers)
{
	start(host_drivers);
	devices[trouble->refuses].refuses = trouble->refuses > 0;
	devices[trouble->probing].probing = trouble->probing > 0;
	kernel.missing = trouble->missing;
	if (trouble->picture) {
		kernel.picture = "0000:07:00.0";
		kernel.screen = "0000:01:00.0";
	}
	if (trouble->driven)
		devices[trouble->driven].driver = devices[trouble->driven].host_driver;
}

/* Claim, the host's drivers, finish; call n of all these fails. Returns whether n was beyond the last call. */
static bool boot_with_failure(const char *rules, const struct trouble *trouble, unsigned n, bool on,
			      bool host_drivers)
{
	char what[128];

	start_with(trouble, host_drivers);
	kernel.fail_at = n;
	kernel.fail_on = on;
	claim(rules);
	snprintf(what, sizeof(what), "claim, %s%s", trouble->name, on ? ", fails on" : "");
	check_all(what);
	load_host_drivers();
	finish(rules);
	snprintf(what, sizeof(what), "finish, %s%s", trouble->name, on ? ", fails on" : "");
	check_all(what);
	return kernel.calls < n;
}

static void call_n_fails(void)
{
	static const char *const rules[] = { the_rules, three_drivers, whole_cards };

	for (size_t t = 0; t < TROUBLES; t++)
		for (int variant = 0; variant < 12; variant++) {
			unsigned n = 1;

			while (n < 1000 && !boot_with_failure(rules[variant >> 2], &troubles[t], n,
							      variant & 1, variant & 2))
				n++;
			CHECK_FOR(n > 20 && n < 1000, "%s: %u calls", troubles[t].name, n);
		}
}

/* Returns whether claim came to its end before call n. */
static bool claim_until(const char *rules, unsigned n)
{
	volatile bool ended = false;

	kernel.die_at = n;
	if (setjmp(killed) == 0) {
		claim(rules);
		ended = true;
	}
	kernel.die_at = 0;
	kernel.in_claim = false;
	return ended;
}

/* Claim is killed before its call n, then come the host's drivers: finish ends what was begun, a card whole or not
 * at all, and what claim never came to is the host's. */
static void killed_at_call_n(void)
{
	for (size_t t = 0; t < TROUBLES; t++) {
		unsigned n = 0;
		bool ended = false;

		while (!ended && ++n < 1000) {
			char what[128];

			start_with(&troubles[t], false);
			ended = claim_until(the_rules, n);
			load_host_drivers();
			finish(the_rules);
			snprintf(what, sizeof(what), "finish, %s, claim was killed at call %u",
				 troubles[t].name, n);
			check_all(what);
		}
		CHECK_FOR(n > 20 && n < 1000, "%s: %u calls", troubles[t].name, n);
	}
}

/* Killed between the driver's name and the probe: held all the same, so that finish binds it. */
static void named_and_not_probed(void)
{
	start(false);
	claim(the_rules);
	devices[6].driver = devices[8].driver = NULL;
	load_host_drivers();
	CHECK(!devices[6].driver && !devices[8].driver);
	finish(the_rules);
	check_all("finish, named and not probed");
	CHECK(result_of("0000:08:00.0") == RESULT_BOUND &&
	      result_of("0000:09:00.0") == RESULT_WAS_BOUND &&
	      result_of("0000:09:00.1") == RESULT_BOUND);
	/* on a rescue boot it stays as it is */
	start(false);
	claim(the_rules);
	devices[6].driver = NULL;
	finish_in_rescue(the_rules);
	check_all("finish on a rescue boot, named and not probed");
	CHECK(result_of("0000:08:00.0") == RESULT_STAYS_HELD);
	/* a name that is neither ours nor the driver's holds nothing */
	strcpy(devices[6].override, "pci-stub");
	finish(the_rules);
	check_all("finish, somebody else's name");
	CHECK(result_of("0000:08:00.0") == RESULT_REFUSED);
}

int main(void)
{
	RUN(all_goes_well);
	RUN(nothing_to_do);
	RUN(modules_missing);
	RUN(drivers_of_their_own);
	RUN(too_many_drivers);
	RUN(one_function_refuses);
	RUN(a_driver_is_faster);
	RUN(rescue_stays);
	RUN(finish_without_claim);
	RUN(keeps_its_driver_until_then);
	RUN(remove_that_hangs);
	RUN(release_gives_back);
	RUN(console_goes_first);
	RUN(console_the_longer_way);
	RUN(memory_that_stays_taken);
	RUN(call_n_fails);
	RUN(killed_at_call_n);
	RUN(named_and_not_probed);
	return END();
}
