/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/load.h"

#include <errno.h>
#include <libkmod.h>
#include <stdio.h>

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

/* Whether the module is loaded, or built in: what has parameters, as all that is loaded here, has a folder even then. */
static bool is_loaded(const struct root *root, const char *name)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	for (char *at = path; *at; at++)
		if (*at == '-')
			*at = '_';
	return root_exists(root, path);
}

int load_module(const struct root *root, const char *name, const char *options)
{
	freeing(context) struct kmod_ctx *context = NULL;
	freeing(module) struct kmod_module *module = NULL;
	int error;

	if (is_loaded(root, name))
		return 0;
	if (!root->live)
		return -ENOENT;
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
