/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the boot needs, what is in use, and where that lies. */
#include "read/needs.h"

#include "disks.h"
#include "read/guard.h"
#include "test.h"

/* All needs of one kind, "FUNCTION what; FUNCTION what", with `?` for FUNCTION_NONE, and `~` before what is the network's. */
static const char *needs(enum need_kind kind)
{
	static char words[4096];
	struct text text = TEXT_OVER(words);

	text_clear(&text);
	for (uint16_t n = 0; n < machine.need_count; n++) {
		const struct need *need = &machine.needs[n];
		struct pci_address at;

		if (need->kind != kind)
			continue;
		text_add(&text, "%s%s", text.used ? "; " : "", need->by == BY_NETWORK ? "~" : "");
		if (need->function == FUNCTION_NONE)
			text_add(&text, "?");
		if (need->function != FUNCTION_NONE) {
			at = machine.functions[need->function].at;
			text_add(&text, "%02x:%02x.%x", at.bus, at.device, at.function);
		}
		text_add(&text, " %s", need->what);
	}
	return words;
}

static bool same(const char *got, const char *expected)
{
	if (!same_text(got, expected))
		printf("expected %s\n     got %s\n", expected, got);
	return same_text(got, expected);
}

static void look(void)
{
	needs_read(&root, "/", &machine);
}

/* One line of mountinfo. */
static void add_mount(const char *directory, const char *number, const char *type,
		      const char *source)
{
	FILE *file = fopen(folder_path("/proc/self/mountinfo"), "a");

	assert(file && fprintf(file, "1 1 %s / %s rw shared:1 - %s %s rw\n", number, directory,
			       type, source) > 0);
	assert(fclose(file) == 0);
}

/* Root on the first partition of the NVMe disk 02:00.0 (8:2), another disk on 03:00.0 (8:3) with a partition (8:4), SATA's (8:5). */
static void simple(void)
{
	new_disks();
	add_disk(ON_NVME, "nvme0n1");
	add_disk(ON_NVME, "nvme0n1/nvme0n1p1");
	add_disk(ON_OTHER_NVME, "nvme1n1");
	add_disk(ON_OTHER_NVME, "nvme1n1/nvme1n1p1");
	add_disk(ON_SATA, "sda");
	add_mount("/", "8:2", "ext4", "/dev/nvme0n1p1");
	shell("truncate -s 2M %s/dev/nvme1n1p1", folder); /* with nothing on it */
}

#define SIMPLE_ROOT "02:00.0 the root file system (nvme0n1p1)"

static void the_root(void)
{
	simple();
	look();
	CHECK(same(needs(NEED_ROOT), SIMPLE_ROOT));
	CHECK(same(needs(NEED_BOOT), "") && same(needs(NEED_USE), ""));
	CHECK(machine.needs_found == YES && machine.prompt_to_come == NO);
	/* what is mounted over it is what is seen */
	add_mount("/", "8:4", "ext4", "/dev/nvme1n1p1");
	look();
	CHECK(same(needs(NEED_ROOT), "03:00.0 the root file system (nvme1n1p1)"));
	/* LVM on LUKS */
	new_disks();
	add_disk(ON_NVME, "nvme0n1");
	add_disk(ON_NVME, "nvme0n1/nvme0n1p3");
	add_dm("dm-0", "luks", "CRYPT-LUKS2-00", "nvme0n1p3");
	add_dm("dm-1", "vg-root", "LVM-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaRRRR", "dm-0");
	add_mount("/", "8:4", "ext4", "/dev/mapper/vg-root");
	look();
	CHECK(same(needs(NEED_ROOT), "02:00.0 the root file system (vg-root)"));
	CHECK(same(needs(NEED_USE), "02:00.0 nvme0n1p3, a part of luks"));
	/* RAID1 over two controllers */
	new_disks();
	add_disk(ON_SATA, "sda");
	add_disk(ON_NVME, "nvme0n1");
	add_upon("md0", "sda nvme0n1");
	add_mount("/", "8:3", "xfs", "/dev/md0");
	look();
	CHECK(strstr(needs(NEED_ROOT), "00:17.0 the root file system (md0)") &&
	      strstr(needs(NEED_ROOT), "02:00.0 the root file system (md0)"));
	CHECK(machine.needs_found == YES);
}

static void no_root_to_be_found(void)
{
	simple();
	put("/proc/self/mountinfo", "");
	look();
	CHECK(strstr(needs(NEED_ROOT), "? the root file system") && machine.needs_found == UNKNOWN);
	/* a container's, a live system's */
	add_mount("/", "0:50", "overlay", "overlay");
	look();
	CHECK(strstr(needs(NEED_ROOT), "? the root file system") && machine.needs_found == UNKNOWN);
	machine.command_line = "root=/dev/nvme1n1p1 ro";
	look();
	CHECK(same(needs(NEED_ROOT), "03:00.0 the root file system (overlay)"));
	CHECK(machine.needs_found == YES);
	/* its device is gone from sysfs, or is a file that somebody else keeps */
	new_disks();
	add_mount("/", "8:77", "ext4", "/dev/sdz");
	look();
	CHECK(strstr(needs(NEED_ROOT), "?") && machine.needs_found == UNKNOWN);
	new_disks();
	add_disk(ON_NOTHING, "loop0");
	add_mount("/", "8:1", "squashfs", "/dev/loop0");
	look();
	CHECK(strstr(needs(NEED_ROOT), "?") && machine.needs_found == UNKNOWN);
	/* all in memory: it needs nothing */
	simple();
	put("/proc/self/mountinfo", "");
	add_mount("/", "0:2", "tmpfs", "tmpfs");
	look();
	CHECK(same(needs(NEED_ROOT), "") && machine.needs_found == YES);
	put("/proc/self/mountinfo", "1 1 8:2 / / rw");
	look();
	CHECK(strstr(needs(NEED_ROOT), "?"));
	unlink(folder_path("/proc/self/mountinfo"));
	look();
	CHECK(strstr(needs(NEED_USE), "? what is mounted") && machine.needs_found == UNKNOWN);
}

/* A table of lines, what each needs, and what the machine is known to need then. */
static void fstab(void)
{
	static const struct {
		const char *lines;
		const char *needs;
		enum truth found;
	} rows[] = {
		{ "", "", YES },
		{ "# /dev/nvme1n1p1 /home ext4\n\n   \n", "", YES },
		{ "/dev/nvme1n1p1 /home ext4 defaults 0 2\n", "03:00.0 /home of /etc/fstab", YES },
		{ "/dev/nvme1n1p1 /home\n", "03:00.0 /home of /etc/fstab", YES },
		{ "/dev/nvme1n1p1\t/my\\040data ext4 defaults", "03:00.0 /my data of /etc/fstab",
		  YES },
		{ "UUID=aaaa-bbbb /home ext4 defaults 0 2\n", "03:00.0 /home of /etc/fstab", YES },
		{ "UUID=\"aaaa-bbbb\" /home ext4 defaults\n", "03:00.0 /home of /etc/fstab", YES },
		{ "LABEL=data /home ext4 defaults 0 2\n", "03:00.0 /home of /etc/fstab", YES },
		{ "PARTUUID=0001-02 /home ext4\n", "03:00.0 /home of /etc/fstab", YES },
		{ "PARTLABEL=home /home ext4\n", "03:00.0 /home of /etc/fstab", YES },
		{ "/dev/disk/by-id/nvme-other-part1 /home ext4\n", "03:00.0 /home of /etc/fstab",
		  YES },
		{ "/dev/disk/by-id/nvme-gone /home ext4\n", "? /home of /etc/fstab", UNKNOWN },
		{ "UUID=dead-beef /home ext4 defaults 0 2\n", "? /home of /etc/fstab", UNKNOWN },
		{ "UUID= /home ext4\n", "? /home of /etc/fstab", UNKNOWN },
		{ "/dev/sdz1 /home ext4 defaults 0 2\n", "? /home of /etc/fstab", UNKNOWN },
		{ "something /home strangefs\n", "? /home of /etc/fstab", UNKNOWN },
		{ "/dev/nvme1n1p1 /home ext4 defaults,nofail 0 2\n", "", YES },
		{ "/dev/nvme1n1p1 /home ext4 noauto,user\n", "", YES },
		{ "UUID=dead-beef /mnt ext4 noauto\n", "", YES },
		{ "UUID=dead-beef /mnt ext4 x-nofail\n", "? /mnt of /etc/fstab", UNKNOWN },
		{ "UUID=dead-beef /mnt ext4 nofailure,rw\n", "? /mnt of /etc/fstab", UNKNOWN },
		{ "UUID=dead-beef / ext4 defaults\n", "", YES }, /* the mount itself tells */
		{ "tmpfs /tmp tmpfs defaults\nproc /proc proc\n", "", YES },
		{ "/srv/a /srv/b none bind 0 0\n", "", YES },
		{ "/srv/a /srv/b none defaults,rbind 0 0\n", "", YES },
		{ "overlay /x overlay lowerdir=/a,upperdir=/b\n", "", YES },
		{ "/swapfile none swap sw 0 0\n", "", YES },
		{ "/images/disk.img /x ext4 loop\n", "", YES },
		{ "/dev/sda none swap sw 0 0\n", "00:17.0 the swap /dev/sda of /etc/fstab", YES },
		{ "/dev/zram0 none swap sw 0 0\n", "", YES },
		{ "server:/home /home nfs defaults\n", "~? /home of /etc/fstab", UNKNOWN },
		{ "/dev/nvme1n1p1 /a ext4\n/dev/sda /b ext4\n",
		  "03:00.0 /a of /etc/fstab; 00:17.0 /b of /etc/fstab", YES },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		simple();
		put_link("/dev/disk/by-uuid/aaaa-bbbb", "../../nvme1n1p1");
		put_link("/dev/disk/by-label/data", "../../nvme1n1p1");
		put_link("/dev/disk/by-partuuid/0001-02", "../../nvme1n1p1");
		put_link("/dev/disk/by-partlabel/home", "../../nvme1n1p1");
		put_link("/dev/disk/by-id/nvme-other-part1", "/dev/disk/by-uuid/aaaa-bbbb");
		put("/etc/fstab", rows[i].lines);
		look();
		CHECK_FOR(same(needs(NEED_BOOT), rows[i].needs), "%s", rows[i].lines);
		CHECK_FOR(machine.needs_found == rows[i].found, "%s", rows[i].lines);
	}
	/* one that is there and cannot be read */
	simple();
	shell("rm %s/etc/fstab && mkdir %s/etc/fstab", folder, folder);
	look();
	CHECK(strstr(needs(NEED_BOOT), "? what /etc/fstab names") &&
	      machine.needs_found == UNKNOWN);
	shell("rmdir %s/etc/fstab", folder);
	look();
	CHECK(same(needs(NEED_BOOT), "") && machine.needs_found == YES);
}

/* Tags without udev's links: what libblkid finds on the disk itself. */
static void tags_of_the_disk(void)
{
	unsigned char bytes[65536] = { 0 };

	simple();
	/* a swap area, as mkswap makes one */
	memcpy(bytes + 4086, "SWAPSPACE2", 10);
	bytes[1024] = 1;
	bytes[1028] = 15;
	memset(bytes + 1036, 0xab, 16);
	memcpy(bytes + 1052, "mine", 4);
	folder_write_bytes("/dev/sda", bytes, sizeof(bytes));
	put("/etc/fstab", "UUID=ABABABAB-abab-abab-abab-abababababab none swap sw\n"
			  "LABEL=mine none swap sw\nLABEL=yours none swap sw\n");
	look();
	CHECK(same(needs(NEED_BOOT),
		   "00:17.0 the swap UUID=ABABABAB-abab-abab-abab-abababababab of /etc/fstab; "
		   "00:17.0 the swap LABEL=mine of /etc/fstab; "
		   "? the swap LABEL=yours of /etc/fstab"));
	/* a partition by its number in the table of the disk */
	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes + 440, "\x78\x56\x34\x12", 4);
	memcpy(bytes + 446, "\0\0\0\0\x83\0\0\0\x08\0\0\0\x10\0\0\0", 16);
	memcpy(bytes + 510, "\x55\xaa", 2);
	folder_write_bytes("/dev/nvme1n1", bytes, sizeof(bytes));
	put("/etc/fstab", "PARTUUID=12345678-01 /home ext4\nPARTUUID=12345678-02 /x ext4\n");
	look();
	CHECK(same(needs(NEED_BOOT), "03:00.0 /home of /etc/fstab; ? /x of /etc/fstab"));
}

static void crypttab(void)
{
	static const struct {
		const char *lines;
		const char *needs;
		enum truth found;
		enum truth prompt;
	} rows[] = {
		{ "# nothing\n", "", YES, NO },
		{ "data /dev/sda none luks\n", "00:17.0 the encrypted volume data of /etc/crypttab",
		  YES, YES },
		{ "data /dev/sda\n", "00:17.0 the encrypted volume data of /etc/crypttab", YES,
		  YES },
		{ "data /dev/sda - luks\n", "00:17.0 the encrypted volume data of /etc/crypttab",
		  YES, YES },
		{ "data /dev/sda /etc/key luks\n",
		  "00:17.0 the encrypted volume data of /etc/crypttab", YES, NO },
		{ "data UUID=dead none\n", "? the encrypted volume data of /etc/crypttab", UNKNOWN,
		  YES },
		{ "data UUID=dead none noauto\n", "", YES, NO },
		{ "data UUID=dead none luks,nofail\n", "", YES, YES },
		{ "swap /dev/sda /dev/urandom swap\n",
		  "00:17.0 the encrypted volume swap of /etc/crypttab", YES, NO },
		{ "data /dev/sda /key:/dev/nvme1n1p1\n",
		  "00:17.0 the encrypted volume data of /etc/crypttab; "
		  "03:00.0 the encrypted volume data of /etc/crypttab",
		  YES, NO },
		{ "data /home/image none\n", "", YES, YES },
		/* open already */
		{ "luks UUID=dead none\n", "03:00.0 the encrypted volume luks of /etc/crypttab",
		  YES, NO },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		simple();
		add_dm("dm-0", "luks", "CRYPT-LUKS2-00", "nvme1n1p1");
		put("/etc/crypttab", rows[i].lines);
		look();
		CHECK_FOR(same(needs(NEED_BOOT), rows[i].needs), "%s", rows[i].lines);
		CHECK_FOR(machine.needs_found == rows[i].found, "%s", rows[i].lines);
		CHECK_FOR(machine.prompt_to_come == rows[i].prompt, "%s", rows[i].lines);
	}
	/* a volume that is not open yet is followed to its disk; through two of them, too */
	simple();
	put("/etc/fstab", "/dev/mapper/inner /home ext4\n/dev/mapper/none /x ext4\n");
	put("/etc/crypttab",
	    "outer /dev/sda none nofail\ninner /dev/mapper/outer /etc/key nofail\n");
	look();
	CHECK(same(needs(NEED_BOOT), "00:17.0 /home of /etc/fstab; ? /x of /etc/fstab"));
	/* how many volumes the file system on it has cannot be seen */
	put("/etc/fstab", "/dev/mapper/inner /home auto\n");
	look();
	CHECK(same(needs(NEED_BOOT), "00:17.0 /home of /etc/fstab; ? /home of /etc/fstab"));
	put("/etc/fstab", "/dev/mapper/inner /home ext4\n");
	/* and a volume that leads to itself ends */
	put("/etc/crypttab", "inner /dev/mapper/inner none nofail\n");
	look();
	CHECK(strstr(needs(NEED_BOOT), "? /home of /etc/fstab"));
	simple();
	shell("mkdir -p %s/etc/crypttab", folder);
	look();
	CHECK(machine.prompt_to_come == UNKNOWN && machine.needs_found == UNKNOWN);
}

/* A volume by the name of its group, before udev has made a link. */
static void volumes(void)
{
	simple();
	add_dm("dm-0", "my--vg-home", "LVM-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaHHHH", "sda");
	put("/etc/fstab", "/dev/my-vg/home /home ext4\n");
	look();
	CHECK(same(needs(NEED_BOOT), "00:17.0 /home of /etc/fstab"));
}

static void resume(void)
{
	simple();
	machine.command_line = "root=x resume=/dev/sda";
	look();
	CHECK(same(needs(NEED_BOOT), "00:17.0 the resume device /dev/sda"));
	machine.command_line = "resume=UUID=dead quiet";
	look();
	CHECK(same(needs(NEED_BOOT), "? the resume device UUID=dead") &&
	      machine.needs_found == UNKNOWN);
	machine.command_line = "resume=/dev/sda noresume";
	look();
	CHECK(same(needs(NEED_BOOT), ""));
}

/* btrfs of two disks: while it is mounted the kernel knows them. */
static void btrfs(void)
{
	simple();
	put("/proc/self/mountinfo", "");
	add_mount("/", "0:30", "btrfs", "/dev/nvme1n1p1");
	put("/sys/fs/btrfs/features/x", "");
	put_link("/sys/fs/btrfs/1111/devices/nvme0n1p1", "x");
	put_link("/sys/fs/btrfs/2222/devices/nvme1n1p1", "x");
	put_link("/sys/fs/btrfs/2222/devices/sda", "x");
	shell("mkdir -p %s/x; rm %s/sys/fs/btrfs/*/devices/*; touch "
	      "%s/sys/fs/btrfs/2222/devices/nvme1n1p1 "
	      "%s/sys/fs/btrfs/2222/devices/sda",
	      folder, folder, folder, folder);
	look();
	CHECK(strstr(needs(NEED_ROOT), "03:00.0 the root") &&
	      strstr(needs(NEED_ROOT), "00:17.0 the root") &&
	      !strstr(needs(NEED_ROOT), "02:00.0") && machine.needs_found == YES);
	/* one of its disks is not there */
	shell("touch %s/sys/fs/btrfs/2222/devices/sdz", folder);
	look();
	CHECK(strstr(needs(NEED_ROOT), "? the root") && machine.needs_found == UNKNOWN);
}

/* The checksum that btrfs has in its superblock. */
static uint32_t crc32c(const unsigned char *bytes, size_t n)
{
	uint32_t sum = UINT32_MAX;

	for (size_t i = 0; i < n; i++) {
		sum ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			sum = sum & 1 ? sum >> 1 ^ 0x82f63b78 : sum >> 1;
	}
	return ~sum;
}

static void write_btrfs(const char *path, unsigned char devices)
{
	static unsigned char bytes[0x200000]; /* libblkid takes anything smaller for a floppy */
	unsigned char *super = bytes + 0x10000;
	uint32_t sum;

	memset(bytes, 0, sizeof(bytes));
	memset(super + 0x20, 0xcd, 16);
	super[0x32] = 1;
	memcpy(super + 0x40, "_BHRfS_M", 8);
	super[0x88] = devices;
	super[0x91] = 0x10; /* sector size */
	super[0x95] = 0x40;
	sum = crc32c(super + 0x20, 4096 - 0x20);
	for (int i = 0; i < 4; i++)
		super[i] = (unsigned char)(sum >> 8 * i);
	folder_write_bytes(path, bytes, sizeof(bytes));
}

/* Not mounted yet: its members say how many they are. */
static void btrfs_to_come(void)
{
	simple();
	shell("rm %s/dev/nvme1n1p1", folder);
	put("/etc/fstab", "/dev/nvme1n1p1 /home btrfs\n");
	look();
	CHECK(strstr(needs(NEED_BOOT), "? /home") && machine.needs_found == UNKNOWN);
	write_btrfs("/dev/nvme1n1p1", 2);
	look();
	CHECK(strstr(needs(NEED_BOOT), "? /home") && machine.needs_found == UNKNOWN);
	write_btrfs("/dev/sda", 2);
	look();
	CHECK(same(needs(NEED_BOOT), "03:00.0 /home of /etc/fstab; 00:17.0 /home of /etc/fstab"));
	CHECK(machine.needs_found == YES);
	put("/etc/fstab", "/dev/nvme1n1p1 /home auto\n");
	look();
	CHECK(strstr(needs(NEED_BOOT), "00:17.0 /home"));
	put("/etc/fstab", "/dev/nvme1n1p1 /home ext4\n");
	look();
	CHECK(same(needs(NEED_BOOT), "03:00.0 /home of /etc/fstab"));
	/* two things at once: nobody can tell which it is */
	shell("printf SWAPSPACE2 | dd of=%s/dev/nvme1n1p1 bs=1 seek=4086 conv=notrunc status=none; "
	      "printf '\\1\\0\\0\\0\\17' | dd of=%s/dev/nvme1n1p1 bs=1 seek=1024 conv=notrunc "
	      "status=none",
	      folder, folder);
	put("/etc/fstab", "/dev/nvme1n1p1 /home auto\n");
	look();
	CHECK(same(needs(NEED_BOOT), "03:00.0 /home of /etc/fstab; ? /home of /etc/fstab"));
}

static void in_use(void)
{
	simple();
	add_disk(ON_USB, "sdb"); /* 8:6 */
	add_mount("/boot", "8:2", "ext4", "/dev/nvme0n1p1"); /* the root's own device */
	add_mount("/srv", "8:5", "ext4", "/dev/sda");
	add_mount("/srv2", "8:5", "ext4", "/dev/sda");
	add_mount("/proc", "0:4", "proc", "proc");
	add_mount("/nfs", "0:44", "nfs4", "server:/x");
	put("/proc/swaps", "Filename Type Size Used Priority\n/swapfile file 1 1 1\n"
			   "/dev/nvme1n1p1 partition 1 1 1\n");
	look();
	CHECK(same(needs(NEED_USE), "00:17.0 the mounted file system /srv; "
				    "03:00.0 the swap /dev/nvme1n1p1, which is on"));
	CHECK(machine.needs_found == YES);
	add_mount("/odd", "8:99", "ext4", "/dev/sdz");
	look();
	CHECK(strstr(needs(NEED_USE), "? the mounted file system /odd") &&
	      machine.needs_found == UNKNOWN);
	/* snap packages: files on a disk that is mounted */
	simple();
	add_disk(ON_NOTHING, "loop3");
	add_mount("/snap/x", "8:6", "squashfs", "/dev/loop3");
	look();
	CHECK(same(needs(NEED_USE), "") && machine.needs_found == YES);
	simple();
	add_upon("md0", "sda");
	look();
	CHECK(same(needs(NEED_USE), "00:17.0 sda, a part of md0"));
}

static void networks(void)
{
	simple();
	put_link("/sys/class/net/lo", "../../devices/virtual/net/lo");
	put_link("/sys/class/net/eth0",
		 "../../devices/pci0000:00/0000:00:1c.5/0000:04:00.0/net/eth0");
	put("/sys/devices/virtual/net/lo/flags", "0x9\n");
	put("/sys/devices/pci0000:00/0000:00:1c.5/0000:04:00.0/net/eth0/flags", "0x1002\n");
	put("/etc/fstab", "server:/home /home nfs defaults\n");
	look();
	CHECK(same(needs(NEED_USE), "") && same(needs(NEED_BOOT), "~? /home of /etc/fstab"));
	put("/sys/devices/pci0000:00/0000:00:1c.5/0000:04:00.0/net/eth0/flags", "0x1003\n");
	look();
	CHECK(same(needs(NEED_USE), "~04:00.0 the interface eth0, which is up"));
	CHECK(same(needs(NEED_BOOT), "~04:00.0 /home of /etc/fstab"));
	CHECK(machine.needs_found == YES);
	/* a root on iSCSI needs no storage function */
	put("/etc/fstab", "");
	add_disk("platform/host3/session1/target3:0:0/3:0:0:0/block", "sdc");
	put("/proc/self/mountinfo", "");
	add_mount("/", "8:6", "ext4", "/dev/sdc");
	look();
	CHECK(same(needs(NEED_ROOT), "~04:00.0 the root file system (sdc)"));
	put("/proc/self/mountinfo", "");
	add_mount("/", "0:22", "nfs4", "server:/root");
	look();
	CHECK(same(needs(NEED_ROOT), "~04:00.0 the root file system (server:/root)"));
}

/* Who has a device open. */
static void open_devices(void)
{
	simple();
	add_function("0000:07:00.0", CLASS_VGA);
	put("/proc/123/comm", "qemu-system-x86\n");
	put_link("/proc/123/fd/7", "/dev/sda");
	put_link("/proc/123/fd/8", "/dev/dri/card1");
	put_link("/proc/123/fd/9", "socket:[12]");
	put_link("/sys/class/drm/card1",
		 "../../devices/pci0000:00/0000:00:01.1/0000:07:00.0/drm/card1");
	put("/proc/self/fd/3", "x");
	look();
	CHECK(strstr(needs(NEED_USE),
		     "00:17.0 sda, which qemu-system-x86 (process 123) has open") &&
	      strstr(needs(NEED_USE), "07:00.0 the display device card1, which qemu-system-x86 "
				      "(process 123) has open"));
	CHECK(machine.need_count == 3);
	/* the splash lets go by itself, and udev is only looking */
	put("/proc/123/comm", "plymouthd\n");
	look();
	CHECK(same(needs(NEED_USE), ""));
	put("/proc/123/comm", "(udev-worker)\n");
	look();
	CHECK(same(needs(NEED_USE), ""));
	/* of a function that no line may choose it does not matter who has it */
	put("/proc/123/comm", "Xorg\n");
	machine.functions[8].is_virtual = UNKNOWN;
	look();
	CHECK(same(needs(NEED_USE), "00:17.0 sda, which Xorg (process 123) has open"));
	for (uint16_t f = 0; f < machine.function_count; f++)
		machine.functions[f].is_virtual = UNKNOWN;
	look();
	CHECK(same(needs(NEED_USE), "") && machine.needs_found == YES);
}

/* In the initramfs: the real root's own tables, and none of its links leads into the initramfs. */
static void mounted_elsewhere(void)
{
	simple();
	put("/proc/self/mountinfo", "");
	add_mount("/", "0:1", "rootfs", "none");
	add_mount("/sysroot", "8:2", "ext4", "/dev/nvme0n1p1");
	put("/etc/fstab", "/dev/sda /wrong ext4\n");
	put("/sysroot/etc/static/fstab", "/dev/nvme1n1p1 /home ext4\n");
	put_link("/sysroot/etc/fstab", "/etc/static/fstab");
	put("/sysroot/etc/crypttab", "data /dev/nvme1n1p1 none\n");
	needs_read(&root, "/sysroot/", &machine);
	CHECK(same(needs(NEED_ROOT), SIMPLE_ROOT));
	CHECK(same(needs(NEED_BOOT), "03:00.0 /home of /etc/fstab; "
				     "03:00.0 the encrypted volume data of /etc/crypttab"));
	CHECK(machine.prompt_to_come == YES && machine.needs_found == YES);
}

/* A volume that only the real root activates counts as on the disk where it was when the image was built. */
static void as_the_image_saw_it(void)
{
	static const char facts[] =
		"guard facts 2 lines 3\n"
		"guard needed 0000:00:1c.0=10de:1f08/0000:02:00.0=10de:1f08 the root\n"
		"guard needed 0000:00:17.0=10de:1f08 /home of /etc/fstab\n"
		"guard line 1 fstab /dev/vg/home /home\n"
		"guard line - fstab UUID=gone none\n"
		"guard line 0 crypttab data UUID=gone\n";
	char text[sizeof(facts)];

	for (int moved = 0; moved < 2; moved++) {
		simple();
		put("/etc/fstab", "/dev/vg/home /home ext4\nUUID=gone none swap\n");
		memcpy(text, facts, sizeof(text));
		guard_parse(text, &machine);
		CHECK(machine.guard.there);
		machine.functions[2].device = moved ? 0x1f09 : 0x1f08;
		look();
		CHECK(same(needs(NEED_BOOT),
			   moved ? "? /home of /etc/fstab" : "00:17.0 /home of /etc/fstab"));
		CHECK(machine.needs_found == (moved ? UNKNOWN : YES));
	}
	/* what is found now is where it is found */
	simple();
	add_dm("dm-0", "vg-home", "LVM-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaHHHH", "nvme1n1p1");
	put("/etc/fstab", "/dev/vg/home /home ext4\n");
	memcpy(text, facts, sizeof(text));
	guard_parse(text, &machine);
	look();
	CHECK(same(needs(NEED_BOOT), "03:00.0 /home of /etc/fstab"));
	/* another line than the one that was seen */
	put("/etc/fstab", "/dev/vg/home2 /home ext4\n");
	look();
	CHECK(same(needs(NEED_BOOT), "? /home of /etc/fstab"));
}

int main(void)
{
	folder_make();
	RUN(the_root);
	RUN(no_root_to_be_found);
	RUN(fstab);
	RUN(tags_of_the_disk);
	RUN(crypttab);
	RUN(volumes);
	RUN(resume);
	RUN(btrfs);
	RUN(btrfs_to_come);
	RUN(in_use);
	RUN(networks);
	RUN(open_devices);
	RUN(mounted_elsewhere);
	RUN(as_the_image_saw_it);
	return END();
}
