/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/needs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "decide/decide.h"
#include "read/cmdline.h"
#include "read/mounts.h"
#include "read/table.h"
#include "read/use.h"

#define TABLE_BYTES 65536
#define WHAT_BYTES 512
#define NAME_BYTES 1024

static struct blocks blocks;
static struct mounts mounts;

/* Whether a word is one of a list that ends with NULL. */
static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

/* Notes where a line was found: on each of the functions, or on none. */
static void add_line(struct machine *machine, const char *identity, uint16_t function)
{
	const char *kept = text_keep(&machine->text, identity, strlen(identity));

	if (!identity[0])
		return; /* too long to be known again */
	if (kept && machine->line_count < MACHINE_MAX_LINES)
		machine->lines[machine->line_count++] = (struct line){ kept, function };
	else
		machine->needs_found = UNKNOWN;
}

static void add_found_line(struct machine *machine, const char *identity, const struct lies *lies)
{
	for (uint16_t i = 0; i < lies->disks.count; i++)
		add_line(machine, identity, lies->disks.of[i]);
	for (uint16_t i = 0; i < lies->networks.count; i++)
		add_line(machine, identity, lies->networks.of[i]);
	if (lies->disks.count + lies->networks.count == 0)
		add_line(machine, identity, FUNCTION_NONE);
}

/* What a line of a table names: as it was found now; else as the image saw the same line at build; else nobody knows. */
static void need_line(struct machine *machine, const char *identity, const char *what,
		      struct lies *lies)
{
	if (lies->known != YES)
		lies->known = guard_line(machine, identity, &lies->disks);
	if (lies->known == YES)
		add_found_line(machine, identity, lies);
	need_add_lies(machine, NEED_BOOT, lies, what);
}

/* File systems that come over the network. */
static const char *const network_types[] = {
	"nfs",    "nfs4", "cifs", "smb3",  "smbfs",          "ceph",       "fuse.ceph", "glusterfs",
	"lustre", "afs",  "9p",   "davfs", "fuse.glusterfs", "fuse.sshfs", NULL,
};

/* File systems that are on no device. */
static const char *const no_device_types[] = {
	"tmpfs",   "ramfs",     "proc",     "sysfs",      "devpts",      "devtmpfs",   "cgroup",
	"cgroup2", "debugfs",   "tracefs",  "securityfs", "efivarfs",    "pstore",     "bpf",
	"mqueue",  "hugetlbfs", "configfs", "fusectl",    "binfmt_misc", "rpc_pipefs", "nfsd",
	"usbfs",   "usbdevfs",  "overlay",  "aufs",       "none",        NULL,
};

/* Whether a line of fstab names nothing that the boot could miss: no device, or a file or folder, whose device is a line of its
 * own, or the root's. */
static bool names_no_device(const char *source, const char *type, const char *options)
{
	return table_has(options, "bind") || table_has(options, "rbind") ||
	       is_one_of(type, no_device_types) ||
	       strncmp(source, "/dev/zram", strlen("/dev/zram")) == 0 ||
	       (source[0] == '/' && !source_is_device(source) && !is_one_of(type, network_types));
}

/* What any other line lies on. */
static void fstab_lies(const struct sight *sight, const char *source, const char *type,
		       struct lies *lies)
{
	if (is_one_of(type, network_types))
		return source_network_lies(sight, lies);
	if (strcmp(type, "zfs") == 0)
		return source_pool_lies(sight, source, lies);
	if (source_is_device(source))
		return source_lies(sight, source, strcmp(type, "swap") == 0 ? "" : type, lies);
	if (strncmp(type, "fuse", strlen("fuse")) == 0)
		return source_network_lies(sight, lies);
	lies->known = UNKNOWN;
}

static bool may_be_missing(const char *options)
{
	return table_has(options, "noauto") || table_has(options, "nofail");
}

/* Makes the name by which the image knows a line. Returns whether it fits. */
static bool identify(char *identity, const char *table, const char *first, const char *second)
{
	int n = snprintf(identity, NAME_BYTES, "%s %s%s%s", table, first, *second ? " " : "",
			 second);

	return n < NAME_BYTES;
}

/* Reads one line of fstab: source, directory, type, options. */
static void need_fstab_line(const struct sight *sight, char **fields, int count)
{
	const char *options = count > 3 ? fields[3] : "";
	const char *type = count > 2 ? fields[2] : "auto";
	struct lies lies = { .known = YES };
	char identity[NAME_BYTES];
	char what[WHAT_BYTES];
	bool named;

	if (count < 2 || may_be_missing(options) || strcmp(fields[1], "/") == 0)
		return; /* where the root is, the mount itself tells */
	named = identify(identity, "fstab", fields[0], fields[1]);
	table_unescape(fields[0]);
	table_unescape(fields[1]);
	if (names_no_device(fields[0], type, options))
		return;
	snprintf(what, sizeof(what), "%s%.256s of /etc/fstab",
		 strcmp(type, "swap") == 0 ? "the swap " : "",
		 strcmp(type, "swap") == 0 ? fields[0] : fields[1]);
	fstab_lies(sight, fields[0], type, &lies);
	need_line(sight->machine, named ? identity : "", what, &lies);
}

/* Whether a field of crypttab names a key file, rather than a passphrase to be typed. */
static bool is_key(const char *field)
{
	return strcmp(field, "none") != 0 && strcmp(field, "-") != 0 && field[0];
}

/* A key on a device of its own: /dev/…, or FILE:DEVICE as systemd has it. */
static const char *key_device(const char *key)
{
	static const char *const no_disks[] = { "/dev/urandom", "/dev/random", "/dev/zero",
						"/dev/null", NULL };
	const char *colon = strchr(key, ':');

	if (colon && source_is_device(colon + 1))
		return colon + 1;
	return source_is_device(key) && !is_one_of(key, no_disks) ? key : NULL;
}

/* Reads one line of crypttab: name, source, key file, options. */
static void need_crypttab_line(const struct sight *sight, char **fields, int count)
{
	const char *key = count > 2 ? fields[2] : "none";
	const char *options = count > 3 ? fields[3] : "";
	uint16_t open = count > 0 ? block_by_dm_name(sight->blocks, fields[0]) : BLOCK_NONE;
	struct lies lies = { .known = YES };
	char identity[NAME_BYTES];
	char what[WHAT_BYTES];

	if (count < 2 || table_has(options, "noauto"))
		return;
	if (open == BLOCK_NONE && !is_key(key))
		sight->machine->prompt_to_come = YES;
	if (table_has(options, "nofail"))
		return;
	if (open != BLOCK_NONE)
		source_block_lies(sight, open, "", &lies);
	else if (source_is_device(fields[1]))
		source_lies(sight, fields[1], "", &lies);
	if (is_key(key) && key_device(key))
		source_lies(sight, key_device(key), "", &lies);
	snprintf(what, sizeof(what), "the encrypted volume %.256s of /etc/crypttab", fields[0]);
	need_line(sight->machine,
		  identify(identity, "crypttab", fields[0], fields[1]) ? identity : "", what,
		  &lies);
}

/* Reads a table below the mounted root. Returns its length; 0 where there is none; or -errno. */
static ssize_t read_table(const struct root *mounted, const char *path, char *text)
{
	ssize_t n = root_read(mounted, path, text, TABLE_BYTES);

	text[n > 0 ? n : 0] = '\0';
	return n == -ENOENT ? 0 : n;
}

static void need_fstab(const struct sight *sight, const struct root *mounted)
{
	static char text[TABLE_BYTES];
	char *fields[TABLE_MOST_FIELDS];
	char *rest = text;
	int count;

	if (read_table(mounted, "/etc/fstab", text) < 0)
		need_add(sight->machine, NEED_BOOT, BY_DISK, FUNCTION_NONE,
			 "what /etc/fstab names, which cannot be read");
	while ((count = table_next(&rest, fields)) >= 0)
		need_fstab_line(sight, fields, count);
}

static void need_crypttab(const struct sight *sight, ssize_t read)
{
	static char text[TABLE_BYTES];
	char *fields[TABLE_MOST_FIELDS];
	char *rest = text;
	int count;

	sight->machine->prompt_to_come = NO;
	if (read < 0) {
		sight->machine->prompt_to_come = UNKNOWN;
		need_add(sight->machine, NEED_BOOT, BY_DISK, FUNCTION_NONE,
			 "what /etc/crypttab names, which cannot be read");
		return;
	}
	memcpy(text, sight->crypttab, (size_t)read + 1);
	while ((count = table_next(&rest, fields)) >= 0)
		need_crypttab_line(sight, fields, count);
}

/* What the system wakes from: resume=. */
static void need_resume(const struct sight *sight)
{
	struct lies lies = { .known = YES };
	char source[NAME_BYTES / 2];
	char identity[NAME_BYTES];
	char what[WHAT_BYTES];

	if (!cmdline_value(sight->machine->command_line, "resume", source, sizeof(source)) ||
	    !source[0] || cmdline_has(sight->machine->command_line, "noresume"))
		return;
	source_lies(sight, source, "", &lies);
	snprintf(what, sizeof(what), "the resume device %.256s", source);
	need_line(sight->machine, identify(identity, "resume", source, "") ? identity : "", what,
		  &lies);
}

/* A root that is no block device's: the network's, a pool's, or what the kernel command line says. */
static void root_lies(const struct sight *sight, const struct mount *mount, struct lies *lies)
{
	static const char *const memory[] = { "tmpfs", "ramfs", "rootfs", NULL };
	char source[NAME_BYTES];

	if (is_one_of(mount->type, network_types))
		return source_network_lies(sight, lies);
	if (strcmp(mount->type, "zfs") == 0)
		return source_pool_lies(sight, mount->source, lies);
	if (source_is_device(mount->source))
		return source_lies(sight, mount->source, mount->type, lies);
	if (is_one_of(mount->type, memory))
		return;
	if (cmdline_value(sight->machine->command_line, "root", source, sizeof(source)))
		return source_lies(sight, source, "auto", lies);
	lies->known = UNKNOWN;
}

static void need_root(const struct sight *sight, const struct mount *mount)
{
	uint16_t block =
		mount ? block_by_number(sight->blocks, mount->major, mount->minor) : BLOCK_NONE;
	struct lies lies = { .known = mount ? YES : UNKNOWN };
	char what[WHAT_BYTES];

	snprintf(what, sizeof(what), "the root file system (%.256s)",
		 block != BLOCK_NONE ? block_called(&sight->blocks->of[block]) :
		 mount               ? mount->source :
				       "which is not to be found");
	if (block != BLOCK_NONE)
		source_block_lies(sight, block, mount->type, &lies);
	else if (mount && mount->major == 0)
		root_lies(sight, mount, &lies);
	else
		lies.known = UNKNOWN;
	need_add_lies(sight->machine, NEED_ROOT, &lies, what);
}

void needs_read(const struct root *root, const char *mounted_root, struct machine *machine)
{
	static char crypttab[TABLE_BYTES];
	char directory[NAME_BYTES];
	bool is_here = strcmp(mounted_root, "/") == 0;
	closing int fd = is_here ? -1 : root_open_file(root, mounted_root, O_PATH | O_DIRECTORY);
	/* No link of the mounted root's leads out of it. */
	const struct root there = { .fd = fd, .live = false, .witness = root->witness };
	struct sight sight = {
		.root = root, .machine = machine, .blocks = &blocks, .crypttab = crypttab
	};
	const struct mount *mount;
	ssize_t n;

	machine->need_count = machine->line_count = 0;
	machine->needs_found = YES;
	blocks_read(root, machine, &blocks);
	if (!blocks.all)
		need_add(machine, NEED_USE, BY_DISK, FUNCTION_NONE,
			 "a block device, which cannot be read");
	mounts_read(root, &mounts);
	snprintf(directory, sizeof(directory), "%s", mounted_root);
	for (size_t end = strlen(directory); end > 1 && directory[end - 1] == '/'; end--)
		directory[end - 1] = '\0';
	mount = mounts_at(&mounts, directory);
	use_read_networks(&sight);
	n = read_table(is_here ? root : &there, "/etc/crypttab", crypttab);
	sight.crypttab_bytes = n > 0 ? (size_t)n : 0;
	need_root(&sight, mount);
	need_resume(&sight);
	need_fstab(&sight, is_here ? root : &there);
	need_crypttab(&sight, n);
	use_read(&sight, &mounts, mount);
}
