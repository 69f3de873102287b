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
	put_link("/sys/class/nvme-subsystem/nvme-subsys0/nvme2",
		 "../../../pci0000:00/0000:00:1d.0/0000:05:00.0/nvme/nvme2");
	CHECK(strchr(below("nvme0n1p1"), '?'));
}

int main(void)
{
	folder_make();
	RUN(plain);
	RUN(made_of_others);
	RUN(without_hardware);
	RUN(several_controllers);
	return END();
}
