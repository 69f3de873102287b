/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is found of the old ways: in the text of each kind of file, and in the files as they lie there. */
#include "read/remnants.h"

#include <errno.h>
#include <unistd.h>

#include "folder.h"
#include "test.h"

static struct remnants remnants;

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* Everything that was found, in one line: a letter a kind, the line, the module where there is one, the words, the
 * ids. */
static const char *found(void)
{
	static const char letters[] = { 'I', 'X', 'o', 'f', 's', 'b', 'm', 'e', 'd', 'D' };
	static char bytes[65536];
	struct text text = TEXT_OVER(bytes);

	text_clear(&text);
	for (uint16_t r = 0; r < remnants.count; r++) {
		const struct remnant *remnant = &remnants.of[r];

		text_add(&text, "%s%c%u", r ? " | " : "", letters[remnant->kind], remnant->line);
		if (remnant->kind == REMNANT_IDS || remnant->kind == REMNANT_STRAY_IDS)
			text_add(&text, " %s", remnant->module);
		text_add(&text, " %s", remnant->words);
		for (uint16_t i = 0; i < remnants.id_count; i++)
			if (remnants.ids[i].remnant == r)
				text_add(&text, " [%s]%s", remnants.ids[i].text,
					 remnants.ids[i].readable ? "" : "?");
	}
	return bytes;
}

struct row {
	enum remnant_source source;
	const char *text;
	const char *found;
};

static const struct row rows[] = {
	/* modprobe.d */
	{ SOURCE_MODPROBE, "options vfio-pci ids=1002:73ff,1002:ab28",
	  "I1 vfio_pci ids=1002:73ff,1002:ab28 [1002:73ff] [1002:ab28]" },
	{ SOURCE_MODPROBE, "# options vfio-pci ids=1:2\n\n  options\tvfio_pci\tids=10DE:1F08\r\n",
	  "I3 vfio_pci ids=10DE:1F08 [10DE:1F08]" },
	{ SOURCE_MODPROBE, "options vfio-pci ids=10de:1f08, 10de:10f9, 10de:1ada",
	  "I1 vfio_pci ids=10de:1f08, [10de:1f08] | X1 vfio_pci 10de:10f9, [10de:10f9] | "
	  "X1 vfio_pci 10de:1ada [10de:1ada]" },
	{ SOURCE_MODPROBE, "options vfio-pci ids=10de:1f08 , 10de:10f9",
	  "I1 vfio_pci ids=10de:1f08 [10de:1f08] | X1 vfio_pci 10de:10f9 [10de:10f9]" },
	{ SOURCE_MODPROBE, "options vfio-pci ids=\"10de:1f08, 10de:10f9\" disable_vga=1",
	  "I1 vfio_pci ids=\"10de:1f08, 10de:10f9\" [10de:1f08] [10de:10f9] | o1 disable_vga=1" },
	{ SOURCE_MODPROBE, "options vfio-pci \"ids=10de:1f08, 10de:10f9\"",
	  "I1 vfio_pci \"ids=10de:1f08, 10de:10f9\" [10de:1f08] [10de:10f9]" },
	{ SOURCE_MODPROBE, "options vfio-pci disable-vga=1 ids=1:2 kvm.ignore_msrs=1",
	  "o1 disable-vga=1 | I1 vfio_pci ids=1:2 [1:2] | f1 kvm.ignore_msrs=1" },
	{ SOURCE_MODPROBE, "options pci-stub ids=1:2 disable_vga=1",
	  "I1 pci_stub ids=1:2 [1:2] | f1 disable_vga=1" },
	{ SOURCE_MODPROBE,
	  "options vfio ids=1:2\noptions vfio-pcix ids=1:2\noptionsvfio-pci ids=1:2", "" },
	{ SOURCE_MODPROBE, "options vfio-pci \\\n ids=1:2,\\\n3:4\noptions vfio-pci ids=5:6",
	  "I1 vfio_pci ids=1:2,3:4 [1:2] [3:4] | I4 vfio_pci ids=5:6 [5:6]" },
	{ SOURCE_MODPROBE, "options vfio-pci ids=,,1:2,,", "I1 vfio_pci ids=,,1:2,, [1:2]" },
	{ SOURCE_MODPROBE, "options vfio-pci ids=\noptions vfio-pci", "I1 vfio_pci ids=" },
	{ SOURCE_MODPROBE,
	  "softdep amdgpu pre: vfio-pci\nsoftdep snd_hda_intel pre: foo vfio post: x",
	  "s1 amdgpu pre: vfio-pci | s2 snd_hda_intel pre: foo vfio post: x" },
	{ SOURCE_MODPROBE, "softdep amdgpu pre: foo\nsoftdep vfio-pci pre: vfio\nsoftdep", "" },
	{ SOURCE_MODPROBE,
	  "blacklist nouveau\nblacklist pcspkr\nblacklist snd-hda-intel\nblacklist",
	  "b1 nouveau | b3 snd-hda-intel" },
	/* command lines */
	{ SOURCE_COMMAND_LINE, "quiet vfio_pci.ids=1:2,3:4 pci-stub.ids=5:6 x",
	  "I1 vfio_pci vfio_pci.ids=1:2,3:4 [1:2] [3:4] | I1 pci_stub pci-stub.ids=5:6 [5:6]" },
	{ SOURCE_COMMAND_LINE, "vfio-pci.ids=1:2, 3:4, 5:6 quiet",
	  "I1 vfio_pci vfio-pci.ids=1:2, [1:2] | X1 vfio_pci 3:4, [3:4] | X1 vfio_pci 5:6 [5:6]" },
	{ SOURCE_COMMAND_LINE, "vfio-pci.ids=\"1:2, 3:4\" 5:6",
	  "I1 vfio_pci vfio-pci.ids=\"1:2, 3:4\" [1:2] [3:4]" },
	{ SOURCE_COMMAND_LINE, "xvfio-pci.ids=1:2 vfio-pci.ids vfio-pci.disable_vga=1 ids=1:2",
	  "" },
	{ SOURCE_COMMAND_LINE, "modprobe.blacklist=pcspkr,nouveau", "b1 nouveau" },
	{ SOURCE_GRUB,
	  "A=1\n#GRUB_CMDLINE_LINUX=\"vfio-pci.ids=1:2\"\nGRUB_CMDLINE_LINUX=\"vfio-pci.ids=3:4\"",
	  "I3 vfio_pci vfio-pci.ids=3:4 [3:4]" },
	{ SOURCE_GRUB, "GRUB_CMDLINE_LINUX='quiet vfio-pci.ids=3:4'\n",
	  "I1 vfio_pci vfio-pci.ids=3:4 [3:4]" },
	{ SOURCE_BOOT_ENTRY, "title x\noptions\troot=UUID=x vfio-pci.ids=3:4",
	  "I2 vfio_pci vfio-pci.ids=3:4 [3:4]" },
	/* lists of modules */
	{ SOURCE_MKINITCPIO, "MODULES=(btrfs vfio_pci vfio)\nHOOKS=(vfio)",
	  "e1 btrfs | m1 vfio_pci vfio" },
	{ SOURCE_MKINITCPIO,
	  "#MODULES=(vfio)\nMODULES=(\n  vfio # vfio_pci\n  x vfio-pci)\nMODULES+=(pci_stub)",
	  "m3 vfio | e4 x | m4 vfio-pci | m5 pci_stub" },
	{ SOURCE_MKINITCPIO, "MODULES=\"vfio x\"\nMODULES='vfio_pci'\nMODULES=vfio_virqfd x vfio",
	  "e1 x | m1 vfio | m2 vfio_pci | m3 vfio_virqfd" },
	{ SOURCE_MKINITCPIO, "MODULES=(vfio", "m1 vfio" },
	{ SOURCE_DRACUT,
	  "force_drivers+=\" vfio \"\nadd_drivers+=\" vfio_pci\n vfio_iommu_type1 "
	  "\"\nomit_drivers+=\" vfio \"",
	  "m1 vfio | m2 vfio_pci | m3 vfio_iommu_type1" },
	{ SOURCE_DRACUT, "kernel_cmdline=\"vfio-pci.ids=1:2\"",
	  "I1 vfio_pci vfio-pci.ids=1:2 [1:2]" },
	{ SOURCE_INITRAMFS_TOOLS,
	  "# vfio\nvfio\nvfio_pci ids=1:2 disable_vga=1\namdgpu\nsoftdep amdgpu pre: vfio-pci",
	  "m2 vfio | m3 vfio_pci | I3 vfio_pci ids=1:2 [1:2] | o3 disable_vga=1 | e4 amdgpu | s5 "
	  "amdgpu pre: "
	  "vfio-pci" },
	{ SOURCE_MODULES_LOAD, "; vfio\nvfio_virqfd\nkvm", "m2 vfio_virqfd | e3 kvm" },
	/* what is loaded early, and no old way; add_drivers only puts into the image */
	{ SOURCE_MKINITCPIO, "MODULES=(nouveau # amdgpu\n  vfio i915)",
	  "e1 nouveau | e2 i915 | m2 vfio" },
	{ SOURCE_DRACUT, "force_drivers+=' e1000 '\nadd_drivers+=' nouveau '", "e1 e1000" },
	{ SOURCE_INITRAMFS_TOOLS, "nouveau modeset=1\n", "e1 nouveau" },
	/* what is to stand in a comment */
	{ SOURCE_MODPROBE, "options vfio-pci ids=1:2 a\x1b[31m\x7f=\xff",
	  "I1 vfio_pci ids=1:2 [1:2] | f1 a?[31m?=\xff" },
	{ SOURCE_MODPROBE, "softdep amdgpu pre: vfio-pci x\\\\", "s1 amdgpu pre: vfio-pci x" },
};

static void texts(void)
{
	char text[1024];

	for (size_t i = 0; i < ROWS(rows); i++) {
		remnants_begin(&remnants);
		snprintf(text, sizeof(text), "%s", rows[i].text);
		remnants_parse(&remnants, rows[i].source, "/etc/x.conf", text);
		CHECK_FOR(same_text(found(), rows[i].found), "\"%s\": \"%s\"", rows[i].text,
			  found());
		CHECK(!remnants.cut);
	}
}

/* Packages of a distribution blacklist drivers for their own reasons. */
static void blacklists_of_packages(void)
{
	char text[] = "blacklist nouveau\noptions vfio-pci ids=1:2\n";

	remnants_begin(&remnants);
	remnants_parse(&remnants, SOURCE_MODPROBE, "/usr/lib/modprobe.d/x.conf", text);
	CHECK(same_text(found(), "I2 vfio_pci ids=1:2 [1:2]"));
}

struct id_row {
	const char *text;
	bool readable;
	int32_t vendor, device, subvendor, subdevice;
	unsigned bytes, class;
};

static const struct id_row id_rows[] = {
	{ "1002:73ff", true, 0x1002, 0x73ff, ANY, ANY, 0, 0 },
	{ "0x1002:0X73FF", true, 0x1002, 0x73ff, ANY, ANY, 0, 0 },
	{ "1002:ffffffff", true, 0x1002, ANY, ANY, ANY, 0, 0 },
	{ "ffffffff:73ff", true, ANY, 0x73ff, ANY, ANY, 0, 0 },
	{ "1002:73ff:1da2", true, 0x1002, 0x73ff, 0x1da2, ANY, 0, 0 },
	{ "1002:73ff:1da2:e445", true, 0x1002, 0x73ff, 0x1da2, 0xe445, 0, 0 },
	{ "1002:73ff:ffffffff:ffffffff:030000:ffffff", true, 0x1002, 0x73ff, ANY, ANY, 3,
	  0x030000 },
	{ "1002:73ff:ffffffff:ffffffff:030000:ffff00", true, 0x1002, 0x73ff, ANY, ANY, 2, 0x0300 },
	{ "1002:73ff:ffffffff:ffffffff:040300:ff0000", true, 0x1002, 0x73ff, ANY, ANY, 1, 0x04 },
	/* without a mask the kernel compares no class */
	{ "1002:73ff:ffffffff:ffffffff:030000", true, 0x1002, 0x73ff, ANY, ANY, 0, 0 },
	{ "1002:73ff:ffffffff:ffffffff:030000:0000ff", false, 0, 0, 0, 0, 0, 0 },
	{ "1002:73ff:ffffffff:ffffffff:030000:f00000", false, 0, 0, 0, 0, 0, 0 },
	{ "1002:73ff:ffffffff:ffffffff:1030000:ffffff", false, 0, 0, 0, 0, 0, 0 },
	{ "1002", false, 0, 0, 0, 0, 0, 0 },
	{ "1002:", false, 0, 0, 0, 0, 0, 0 },
	{ ":73ff", false, 0, 0, 0, 0, 0, 0 },
	{ "1002:73fg", false, 0, 0, 0, 0, 0, 0 },
	{ "11002:73ff", false, 0, 0, 0, 0, 0, 0 },
	{ "1002:173ff", false, 0, 0, 0, 0, 0, 0 },
	{ "1002:73ff:1:2:3:4:5", false, 0, 0, 0, 0, 0, 0 },
	{ "123456789:1", false, 0, 0, 0, 0, 0, 0 },
	{ "0x:1", false, 0, 0, 0, 0, 0, 0 },
	/* would be every function there is */
	{ "ffffffff:ffffffff", false, 0, 0, 0, 0, 0, 0 },
};

static void ids(void)
{
	for (size_t i = 0; i < ROWS(id_rows); i++) {
		const struct id_row *row = &id_rows[i];
		const struct remnant_id *id = &remnants.ids[0];
		char text[128];

		remnants_begin(&remnants);
		snprintf(text, sizeof(text), "options vfio-pci ids=%s", row->text);
		remnants_parse(&remnants, SOURCE_MODPROBE, "/etc/x.conf", text);
		CHECK_FOR(remnants.id_count == 1 && same_text(id->text, row->text), "%s",
			  row->text);
		CHECK_FOR(id->readable == row->readable, "%s", row->text);
		CHECK_FOR(!row->readable ||
				  (id->ids.vendor == row->vendor && id->ids.device == row->device &&
				   id->ids.class == ANY && id->subsystem.vendor == row->subvendor &&
				   id->subsystem.device == row->subdevice &&
				   id->class.bytes == row->bytes && id->class.value == row->class),
			  "%s", row->text);
	}
}

static void the_kernels_ids(void)
{
	char text[] = "options vfio-pci ids=1:2, 3:4\noptions pci-stub ids=5:6\noptions vfio_pci "
		      "ids=7:8,9\n";
	char bytes[64];
	struct text list = TEXT_OVER(bytes);

	remnants_begin(&remnants);
	remnants_parse(&remnants, SOURCE_MODPROBE, "/etc/x.conf", text);
	remnants_ids(&remnants, "vfio_pci", &list);
	CHECK(same_text(bytes, "1:2,7:8,9"));
	remnants_ids(&remnants, "pci_stub", &list);
	CHECK(same_text(bytes, "5:6"));
}

static void override(const char *name, const char *text, const char *expected)
{
	char path[128], copy[128];

	snprintf(path, sizeof(path), "/etc/driverctl.d/%s", name);
	snprintf(copy, sizeof(copy), "%s", text);
	remnants_begin(&remnants);
	remnants_parse(&remnants, SOURCE_DRIVERCTL, path, copy);
	CHECK_FOR(same_text(found(), expected), "%s with \"%s\": %s", name, text, found());
}

static void overrides(void)
{
	override("pci-0000:07:00.1", "vfio-pci\n", "d1 vfio-pci");
	CHECK(remnants.of[0].at.bus == 7 && remnants.of[0].at.function == 1);
	override("0000:07:00.1", "pci-stub", "d1 pci-stub");
	override("pci-0000:07:00.1", "nvgrace_gpu_vfio_pci", "d1 nvgrace_gpu_vfio_pci");
	override("pci-0000:07:00.1", "nouveau\nvfio-pci\n", "D1 nouveau");
	CHECK(remnants.of[0].at.bus == 7 && same_text(remnants.of[0].module, "nouveau"));
	override("pci-0000:07:00.1", "", "");
	override("pci-0000:07:00.1", "a;b-vfio-pci", "");
	override("pci-0000:07:00", "vfio-pci", "");
	override("virtio-virtio0", "vfio-pci", "");
}

/* More than there is room for is said, and nothing is written behind the end. */
static void limits(void)
{
	static char text[1024 * 1024];
	struct text many = TEXT_OVER(text);
	char word[4096];

	text_clear(&many);
	text_add(&many, "options vfio-pci ids=");
	for (unsigned i = 0; i < REMNANT_IDS_MOST + 1; i++)
		text_add(&many, "%x:1,", i);
	remnants_begin(&remnants);
	remnants_parse(&remnants, SOURCE_MODPROBE, "/etc/x.conf", text);
	CHECK(remnants.cut && remnants.id_count == REMNANT_IDS_MOST && remnants.count == 1);

	text_clear(&many);
	for (unsigned i = 0; i < REMNANTS_MOST; i++)
		text_add(&many, "vfio\n");
	remnants_begin(&remnants);
	remnants_parse(&remnants, SOURCE_MODULES_LOAD, "/etc/x.conf", text);
	CHECK(!remnants.cut && remnants.count == REMNANTS_MOST);
	remnants_parse(&remnants, SOURCE_MODULES_LOAD, "/etc/x.conf",
		       strcpy(word, "vfio_pci ids=1:2"));
	CHECK(remnants.cut && remnants.count == REMNANTS_MOST && remnants.id_count == 0);

	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	text_clear(&many);
	text_add(&many, "softdep a pre: vfio %s", word);
	remnants_begin(&remnants);
	remnants_parse(&remnants, SOURCE_MODPROBE, "/etc/x.conf", text);
	CHECK(remnants.count == 1 && strlen(remnants.of[0].words) == REMNANT_WORD_BYTES);
	CHECK(same_text(remnants.of[0].words + REMNANT_WORD_BYTES - 4, "x..."));
}

static void put(const char *path, const char *text)
{
	char part[128];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (mkdir(folder_path(part), 0755) < 0)
			assert(errno == EEXIST);
	}
	folder_write(path, text);
}

/* In order of the names; one in /etc hides the same in /usr/lib, as a link to /dev/null does. */
static void folders(void)
{
	put("/usr/lib/modprobe.d/b.conf", "options vfio-pci ids=b:1\n");
	put("/usr/lib/modprobe.d/a.conf", "options vfio-pci ids=a:1\n");
	put("/usr/lib/modprobe.d/n.conf", "options vfio-pci ids=e:1\n");
	put("/run/modprobe.d/c.conf", "options vfio-pci ids=c:1\n");
	put("/etc/modprobe.d/b.conf", "options vfio-pci ids=b:2\n");
	put("/etc/modprobe.d/b.conf.old", "options vfio-pci ids=d:1\n");
	put("/usr/local/lib/modprobe.d/d.conf", "options vfio-pci ids=d:2\n");
	assert(symlink("/dev/null", folder_path("/etc/modprobe.d/n.conf")) == 0);
	remnants_read(&root, &remnants);
	CHECK_FOR(same_text(found(), "I1 vfio_pci ids=a:1 [a:1] | I1 vfio_pci ids=b:2 [b:2] | "
				     "I1 vfio_pci ids=c:1 [c:1] | I1 vfio_pci ids=d:2 [d:2]"),
		  "%s", found());
	CHECK(remnants.unread_count == 0);
}

/* Every place is read; the options alone are less. */
static void places(void)
{
	static const char *const paths[] = {
		"/proc/cmdline",
		"/etc/default/grub",
		"/etc/kernel/cmdline",
		"/etc/default/grub.d/x.cfg",
		"/etc/cmdline.d/x.conf",
		"/boot/loader/entries/x.conf",
		"/efi/loader/entries/y.conf",
		"/boot/efi/loader/entries/z.conf",
	};
	static const char *const lists[] = {
		"/etc/mkinitcpio.conf",
		"/etc/mkinitcpio.conf.d/x.conf",
		"/etc/dracut.conf",
		"/etc/dracut.conf.d/x.conf",
		"/usr/lib/dracut/dracut.conf.d/y.conf",
		"/etc/initramfs-tools/modules",
		"/etc/modules-load.d/x.conf",
		"/usr/lib/modules-load.d/y.conf",
		"/etc/driverctl.d/pci-0000:07:00.0",
	};

	for (size_t i = 0; i < ROWS(paths); i++)
		put(paths[i], "vfio-pci.ids=1:2\n");
	for (size_t i = 0; i < ROWS(lists); i++)
		put(lists[i], strstr(lists[i], "mkinitcpio") ? "MODULES=(vfio)\n" :
			      strstr(lists[i], "dracut")     ? "add_drivers+=vfio\n" :
							       "vfio_pci\n");
	remnants_read(&root, &remnants);
	CHECK_FOR(remnants.count == 4 + ROWS(paths) + ROWS(lists), "%u", remnants.count);
	for (size_t i = 0; i < ROWS(paths) + ROWS(lists); i++) {
		const char *path = i < ROWS(paths) ? paths[i] : lists[i - ROWS(paths)];
		bool there = false;

		for (uint16_t r = 0; r < remnants.count; r++)
			there |= strcmp(remnants.of[r].file, path) == 0;
		CHECK_FOR(there, "%s", path);
	}
	remnants_read_options(&root, &remnants);
	CHECK_FOR(remnants.count == 4 + 1, "%u", remnants.count);
}

/* No place to wait at, nothing outside, no end of it: said, and the rest is read. */
static void hostile(void)
{
	static char large[1024 * 1024 + 2];
	uint16_t before;

	remnants_read(&root, &remnants);
	before = remnants.count;
	memset(large, '\n', sizeof(large) - 1);
	folder_write("/etc/modprobe.d/large.conf", large);
	assert(mkfifo(folder_path("/etc/modprobe.d/fifo.conf"), 0600) == 0);
	folder_directory("/etc/modprobe.d/folder.conf");
	folder_write_bytes("/etc/modprobe.d/nul.conf", "#\0\noptions vfio-pci ids=5:5\n", 29);
	assert(symlink("../../../../../../../etc/passwd",
		       folder_path("/etc/modprobe.d/out.conf")) == 0);
	alarm(10); /* ends the program, which counts as a failure */
	remnants_read(&root, &remnants);
	alarm(0);
	CHECK(remnants.count == before + 1);
	/* Nobody reads a folder by the name of a file, modprobe no more than we. */
	CHECK_FOR(remnants.unread_count == 1, "%u", remnants.unread_count);
	CHECK(same_text(remnants.unread[0].path, "/etc/modprobe.d/large.conf") &&
	      remnants.unread[0].error == EFBIG);
}

int main(void)
{
	folder_make();
	RUN(texts);
	RUN(blacklists_of_packages);
	RUN(ids);
	RUN(the_kernels_ids);
	RUN(overrides);
	RUN(limits);
	RUN(folders);
	RUN(places);
	RUN(hostile);
	return END();
}
