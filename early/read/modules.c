/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/modules.h"

#include <fcntl.h>
#include <libkmod.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "decide/decide.h"

#define PATH_BYTES 512
#define ALIAS_BYTES 128
#define INDEX_BYTES_MOST ((off_t)64 << 20) /* a distribution's largest has one or two million */

static void free_context(struct kmod_ctx **context)
{
	kmod_unref(*context);
}

static void free_list(struct kmod_list **list)
{
	kmod_module_unref_list(*list);
}

#define freeing(what) __attribute__((cleanup(free_##what)))

/* Whether libkmod may open what is in the folder by itself: it follows links out of the tree, waits at a FIFO, and reads a file
 * however large it is. */
static bool is_plain_folder(const struct root *root, const char *path, int fd)
{
	closing_directory struct root_directory folder;
	struct stat is;

	if (root_open_directory(root, path, &folder))
		return false;
	for (const char *name = root_next_name(&folder); name; name = root_next_name(&folder))
		if (strncmp(name, "modules.", strlen("modules.")) == 0 &&
		    (fstatat(fd, name, &is, AT_SYMLINK_NOFOLLOW) || !S_ISREG(is.st_mode) ||
		     is.st_size > INDEX_BYTES_MOST))
			return false;
	return true;
}

/* libkmod over the modules of one kernel below the root, or NULL. It goes on using *fd. */
static struct kmod_ctx *open_modules(const struct root *root, const char *release, int *fd)
{
	static const char *const no_config[] = { NULL };
	struct kmod_ctx *context;
	char path[PATH_BYTES];

	if (strchr(release, '/') || !release[0])
		return NULL;
	snprintf(path, sizeof(path), "/lib/modules/%.128s", release);
	if (!root_exists(root, path))
		return NULL;
	/* Another root is reached by a descriptor: libkmod wants a path, and no link may lead that one out of the tree. */
	if (!root->live) {
		*fd = root_open_file(root, path, O_PATH | O_DIRECTORY);
		if (*fd < 0 || !is_plain_folder(root, path, *fd))
			return NULL;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", *fd);
	}
	context = kmod_new(path, no_config);
	if (context)
		kmod_set_log_priority(context, 0);
	return context;
}

/* The modules that a name or an alias means. */
static struct kmod_list *look_up(struct kmod_ctx *context, const char *alias)
{
	struct kmod_list *found = NULL;

	if (kmod_module_new_from_lookup(context, alias, &found) < 0)
		return NULL;
	return found;
}

static void read_variant(struct kmod_ctx *context, struct machine *machine,
			 struct function *function)
{
	freeing(list) struct kmod_list *found = NULL;
	struct kmod_list *item;
	char alias[ALIAS_BYTES];

	/* As the kernel writes modalias (drivers/pci/pci-sysfs.c), with VFIO's prefix. */
	snprintf(alias, sizeof(alias), "vfio_pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X",
		 function->vendor, function->device, function->subvendor, function->subdevice,
		 PCI_CLASS_BASE(function->class), PCI_CLASS_SUB(function->class) & 0xff,
		 function->class & 0xff);
	found = look_up(context, alias);
	kmod_list_foreach (item, found) {
		struct kmod_module *module = kmod_module_get_module(item);
		const char *name = kmod_module_get_name(module);

		/* vfio_pci itself fits everything. */
		if (!function->variant && strcmp(name, "vfio_pci") != 0)
			function->variant = text_keep(&machine->text, name, strlen(name));
		kmod_module_unref(module);
	}
}

static bool wants_variant(const struct rule *rule)
{
	return rule->verb == RULE_BIND && rule->driver && strcmp(rule->driver, "auto") == 0;
}

void modules_read_variants(const struct root *root, const char *release,
			   const struct config *config, struct machine *machine)
{
	closing int fd = -1;
	freeing(context) struct kmod_ctx *context = NULL;

	for (uint16_t r = 0; r < config->rule_count; r++) {
		if (!wants_variant(&config->rules[r]))
			continue;
		if (!context)
			context = open_modules(root, release, &fd);
		if (!context)
			return;
		for (uint16_t f = 0; f < machine->function_count; f++)
			if (config->rules[r].scope != SCOPE_FUNCTION ||
			    rule_may_match(config, &config->rules[r], machine, f))
				read_variant(context, machine, &machine->functions[f]);
	}
}

enum truth modules_have(const struct root *root, const char *release, const char *driver)
{
	closing int fd = -1;
	freeing(context) struct kmod_ctx *context = open_modules(root, release, &fd);
	freeing(list) struct kmod_list *found = NULL;

	if (!context)
		return UNKNOWN;
	found = look_up(context, driver);
	return found ? YES : NO;
}

/* Whether two names of a module are the same, `-` and `_` alike. */
static bool same_module(const char *a, const char *b)
{
	while (*a && (*a == *b || ((*a == '-' || *a == '_') && (*b == '-' || *b == '_')))) {
		a++;
		b++;
	}
	return *a == *b;
}

/* Whether the command line has this option: libkmod counts vfio_pci.disable_vga=1 among those of modprobe.d. */
static bool is_on_command_line(const char *line, const char *module, const char *option, size_t n)
{
	size_t name = strlen(module);

	for (const char *at = line + strspn(line, " "); *at;
	     at += strcspn(at, " "), at += strspn(at, " ")) {
		size_t i = 0;

		while (i < name && (at[i] == module[i] || (at[i] == '-' && module[i] == '_')))
			i++;
		if (i == name && at[i] == '.' && strcspn(at, " ") == name + 1 + n &&
		    strncmp(at + name + 1, option, n) == 0)
			return true;
	}
	return false;
}

void modules_options(const struct root *root, const char *module, const char *command_line,
		     struct text *options)
{
	freeing(context) struct kmod_ctx *context = NULL;
	struct kmod_config_iter *found;

	text_clear(options);
	if (!root->live)
		return;
	context = kmod_new(NULL, NULL);
	if (!context)
		return;
	kmod_set_log_priority(context, 0);
	found = kmod_config_get_options(context);
	while (found && kmod_config_iter_next(found)) {
		const char *at = kmod_config_iter_get_value(found);

		if (!at || !same_module(kmod_config_iter_get_key(found), module))
			continue;
		for (at += strspn(at, " \t"); *at; at += strspn(at, " \t")) {
			size_t n = strcspn(at, " \t");

			if (strncmp(at, "ids=", strlen("ids=")) != 0 &&
			    !is_on_command_line(command_line, module, at, n))
				text_add(options, "%s%.*s", options->used ? " " : "", (int)n, at);
			at += n;
		}
	}
	kmod_config_iter_free_iter(found);
}
