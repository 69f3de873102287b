/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/load.h"

#include <errno.h>
#include <libkmod.h>
#include <stdio.h>
#include <string.h>

#define PATH_BYTES 256

static void free_context(struct kmod_ctx **context)
{
	kmod_unref(*context);
}

static void free_module(struct kmod_module **module)
{
	kmod_module_unref(*module);
}

static void free_list(struct kmod_list **list)
{
	kmod_module_unref_list(*list);
}

#define freeing(what) __attribute__((cleanup(free_##what)))

static int insert(struct kmod_module *module, const char *options)
{
	return kmod_module_probe_insert_module(module, KMOD_PROBE_IGNORE_COMMAND, options, NULL,
					       NULL, NULL);
}

/* libkmod ignores the install command of the module itself and not of what it depends on: so each of these is
 * inserted in its own right first. */
static int insert_dependencies(const struct kmod_module *module)
{
	freeing(list) struct kmod_list *needed = kmod_module_get_dependencies(module);
	struct kmod_list *item;

	kmod_list_foreach (item, needed) {
		freeing(module) struct kmod_module *dependency = kmod_module_get_module(item);
		int error = insert(dependency, NULL);

		if (error < 0)
			return error;
	}
	return 0;
}

int load_module(const struct root *root, const char *name, const char *options)
{
	freeing(context) struct kmod_ctx *context = NULL;
	freeing(module) struct kmod_module *module = NULL;
	int error;

	if (!root->live) {
		char path[PATH_BYTES];

		snprintf(path, sizeof(path), "/sys/module/%s", name);
		return root_exists(root, path) ? 0 : -ENOENT;
	}
	context = kmod_new(NULL, NULL);
	if (!context)
		return -ENOMEM;
	kmod_set_log_priority(context, 0);
	error = kmod_module_new_from_name(context, name, &module);
	if (error < 0)
		return error;
	error = insert_dependencies(module);
	if (error < 0)
		return error;
	error = insert(module, options);
	return error < 0 ? error : 0;
}

/* Whether libkmod's name of a module is vfio-pci, written either way. */
static bool is_vfio_pci(const char *name)
{
	return strcmp(name, "vfio_pci") == 0 || strcmp(name, "vfio-pci") == 0;
}

/* Appends the values of ids= among a module's options. */
static void add_ids(struct text *ids, const char *options)
{
	for (const char *at = strstr(options, "ids="); at; at = strstr(at + 1, "ids=")) {
		const char *value = at + strlen("ids=");
		size_t n = strcspn(value, " \t");

		if (n > 0 && (at == options || at[-1] == ' ' || at[-1] == '\t'))
			text_add(ids, "%s%.*s", ids->used ? "," : "", (int)n, value);
	}
}

void load_left_over_ids(const struct root *root, struct text *ids)
{
	freeing(context) struct kmod_ctx *context = NULL;
	struct kmod_config_iter *options;

	text_clear(ids);
	if (!root->live)
		return;
	context = kmod_new(NULL, NULL);
	if (!context)
		return;
	kmod_set_log_priority(context, 0);
	options = kmod_config_get_options(context);
	while (options && kmod_config_iter_next(options))
		if (is_vfio_pci(kmod_config_iter_get_key(options)))
			add_ids(ids, kmod_config_iter_get_value(options));
	kmod_config_iter_free_iter(options);
}
