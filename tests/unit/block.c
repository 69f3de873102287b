/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Below which functions a block device lies, whatever it is made of. */
#include "read/block.h"

#include "disks.h"
#include "test.h"

static struct blocks blocks;
static bool by_network;

/* The functions below which a device lies, "00:17.0 02:00.0", with "?" behind them where there may be more. */
static const char *below(const char *name)
{
	static char words[256];
	struct text text = TEXT_OVER(words);
	struct functions functions = { .count = 0 };
	enum truth known;

	text_clear(&text);
	blocks_read(&root, &machine, &blocks);
	by_network = false;
	known = block_functions(&root, &machine, &blocks, block_by_name(&blocks, name), &functions,
				&by_network);
	for (uint16_t f = 0; f < machine.function_count; f++)
		for (uint16_t i = 0; i < functions.count; i++)
			if (functions.of[i] == f)
				text_add(&text, "%s%02x:%02x.%x", text.used ? " " : "",
					 machine.functions[f].at.bus,
					 machine.functions[f].at.device,
					 machine.functions[f].at.function);
	text_add(&text, "%s", known == YES ? "" : "?");
	return words;
}

static void plain(void)
{
	new_disks();
	add_disk(ON_NVME, "nvme0n1");
	add_disk(ON_NVME, "nvme0n1/nvme0n1p2");
	add_disk(ON_SATA, "sda");
	add_disk(
		ON_USB,
		"sdb/sdb1"); /* its disk is not listed, as a reader between two events may see it */
	add_disk(ON_VMD, "nvme2n1");
	add_disk("platform/soc/mmc_host/mmc0/mmc0:0001/block", "mmcblk0");
	add_disk("pci0000:00/0000:00:1d.0/0000:05:00.0/nvme/nvme9", "nvme9n1");
	CHECK(same_text(below("nvme0n1"), "02:00.0"));
	CHECK(same_text(below("nvme0n1p2"), "02:00.0"));
	CHECK(same_text(below("sda"), "00:17.0"));
	CHECK(same_text(below("sdb1"), "00:14.0"));
	/* below VMD its functions are never bound: the VMD is the one that counts */
	CHECK(same_text(below("nvme2n1"), "00:0e.0"));
	CHECK(same_text(below("mmcblk0"), ""));
	/* a function that came after the others were read */
	CHECK(same_text(below("nvme9n1"), "?"));
	CHECK(same_text(below("sdz"), "?"));
}

static void made_of_others(void)
{
	new_disks();
	add_disk(ON_NVME, "nvme0n1");
	add_disk(ON_NVME, "nvme0n1/nvme0n1p3");
	add_disk(ON_OTHER_NVME, "nvme1n1");
	add_disk(ON_SATA, "sda");
	add_disk(ON_SATA, "sda/sda1");
	add_dm("dm-0", "luks", "CRYPT-LUKS2-00", "nvme0n1p3");
	add_dm("dm-1", "vg-root", "LVM-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaRRRR", "dm-0");
	add_upon("md0", "nvme0n1p3 sda1");
	add_disk(ON_NOTHING, "md0/md0p1");
	CHECK(same_text(below("dm-0"), "02:00.0"));
	CHECK(same_text(below("dm-1"), "02:00.0"));
	CHECK(same_text(below("md0"), "00:17.0 02:00.0"));
	CHECK(same_text(below("md0p1"), "00:17.0 02:00.0"));
	/* another volume of the group is on another disk: without that one the group is not activated */
	add_dm("dm-2", "vg-home", "LVM-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaHHHH", "nvme1n1");
	add_dm("dm-3", "other-home", "LVM-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbHHHH", "sda");
	CHECK(same_text(below("dm-1"), "02:00.0 03:00.0"));
	CHECK(same_text(below("dm-3"), "00:17.0"));
	/* one of two members cannot be told */
	put_link("/sys/class/block/md0/slaves/sdx", "../../somewhere");
	CHECK(strchr(below("md0"), '?'));
	/* a device upon itself ends, too */
	add_upon("md1", "md1 sda");
	CHECK(same_text(below("md1"), "00:17.0"));
	/* nothing below it, and nobody says why */
	add_disk(ON_NOTHING, "md9");
	CHECK(same_text(below("md9"), "?"));
}

/* Writes a physical volume: label, header, one data area, one metadata area with the group's name and UUID. */
static void write_pv(const char *path, const char *text)
{
	static unsigned char bytes[16384];

	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes + 512, "LABELONE", 8);
	bytes[512 + 20] = 32;
	memcpy(bytes + 512 + 24, "LVM2 001", 8);
	bytes[512 + 32 + 40 + 2] = 1; /* the data area begins at 64 KiB */
	if (text) {
		bytes[512 + 32 + 72 + 1] = 0x10; /* the metadata area at 4 KiB */
		memcpy(bytes + 4096 + 4, " LVM2 x[5A%r0N*>", 16);
		bytes[4096 + 24 + 1] = 0x10;
		bytes[4096 + 40 + 1] = 0x02; /* its text 512 bytes further on */
		memcpy(bytes + 4096 + 512, text, strlen(text));
	}
	folder_write_bytes(path, bytes, sizeof(bytes));
}

/* A part of the group with no active volume on it: the group is not complete without, and not activated. */
static void idle_part_of_a_group(void)
{
	static const char uuid[] = "LVM-Qo1bGZt3yVYpX0s8rEwCjDkNfHm5uAv9RRRR";
	static const struct {
		const char *text;
		const char *below;
	} rows[] = {
		{ "vg {\nid = \"Qo1bGZ-t3yV-YpX0-s8rE-wCjD-kNfH-m5uAv9\"\nseqno = 2\n",
		  "00:17.0 02:00.0" },
		{ "vg {\nid = \"Xo1bGZ-t3yV-YpX0-s8rE-wCjD-kNfH-m5uAv9\"\nseqno = 2\n", "02:00.0" },
		{ "vg {\nid = \"Qo1bGZ-t3yV\"\n", "00:17.0 02:00.0" }, /* nobody can tell whose */
		{ "nonsense", "00:17.0 02:00.0" },
		{ NULL, "00:17.0 02:00.0" },
	};

	new_disks();
	add_disk(ON_NVME, "nvme0n1");
	add_disk(ON_SATA, "sda");
	add_disk(ON_USB, "sdb");
	add_dm("dm-0", "vg-root", uuid, "nvme0n1");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		write_pv("/dev/sda", rows[i].text);
		CHECK_FOR(same_text(below("dm-0"), rows[i].below), "row %zu", i);
	}
	folder_write("/dev/sda", "short");
	CHECK(same_text(below("dm-0"), "02:00.0"));
	unlink(folder_path("/dev/sda"));
	CHECK(same_text(below("dm-0"), "02:00.0"));
	/* one that is there and cannot be opened may be a part of it */
	put_link("/dev/sda", "sda");
	CHECK(same_text(below("dm-0"), "02:00.0?"));
}

static void without_hardware(void)
{
	new_disks();
	add_disk(ON_NOTHING, "zram0");
	add_disk(ON_NOTHING, "nbd0");
	add_disk(ON_NOTHING, "zd16");
	add_disk("platform/host3/session1/target3:0:0/3:0:0:0/block", "sdc");
	CHECK(same_text(below("zram0"), "") && !by_network);
	CHECK(same_text(below("nbd0"), "") && by_network);
	CHECK(same_text(below("sdc"), "") && by_network);
	CHECK(same_text(below("zd16"), "?"));
}

/* One namespace, two controllers on two functions. */
static void several_controllers(void)
{
	new_disks();
	add_disk("virtual/nvme-subsystem/nvme-subsys0", "nvme0n1");
	add_disk("virtual/nvme-subsystem/nvme-subsys0", "nvme0n1/nvme0n1p1");
	put_link("/sys/class/nvme-subsystem/nvme-subsys0",
		 "../../devices/virtual/nvme-subsystem/nvme-subsys0");
	CHECK(same_text(below("nvme0n1"), "?"));
	put_link("/sys/class/nvme-subsystem/nvme-subsys0/nvme0", "../../../" ON_NVME);
	put_link("/sys/class/nvme-subsystem/nvme-subsys0/nvme1", "../../../" ON_OTHER_NVME);
	CHECK(same_text(below("nvme0n1p1"), "02:00.0 03:00.0"));
	CHECK(!by_network);
	put_link("/sys/class/nvme-subsystem/nvme-subsys0/nvme3", "../../nvme-fabrics/ctl/nvme3");
	CHECK(same_text(below("nvme0n1p1"), "02:00.0 03:00.0") && by_network);
	put_link("/sys/class/nvme-subsystem/nvme-subsys0/nvme2",
		 "../../../pci0000:00/0000:00:1d.0/0000:05:00.0/nvme/nvme2");
	CHECK(strchr(below("nvme0n1p1"), '?'));
}

int main(void)
{
	folder_make();
	RUN(plain);
	RUN(made_of_others);
	RUN(idle_part_of_a_group);
	RUN(without_hardware);
	RUN(several_controllers);
	return END();
}
