/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kexec KERNEL INITRAMFS: goes on in this kernel, with the command line of the one that runs, past the firmware.
 * kexec KERNEL INITRAMFS crash: does so when this kernel crashes. */
#include <fcntl.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LINE_BYTES 4096

int main(int argc, char **argv)
{
	static char line[LINE_BYTES];
	int from = open("/proc/cmdline", O_RDONLY);
	ssize_t bytes = from < 0 ? -1 : read(from, line, sizeof(line) - 1);
	int kernel, initramfs;

	if (argc < 3 || argc > 4 || bytes <= 0) {
		fprintf(stderr,
			"usage: kexec KERNEL INITRAMFS [crash], where there is a /proc/cmdline\n");
		return 2;
	}
	line[strcspn(line, "\n")] = '\0';
	kernel = open(argv[1], O_RDONLY);
	initramfs = open(argv[2], O_RDONLY);
	if (kernel < 0 || initramfs < 0) {
		perror(kernel < 0 ? argv[1] : argv[2]);
		return 1;
	}
	if (syscall(SYS_kexec_file_load, kernel, initramfs, strlen(line) + 1, line,
		    argc == 4 ? KEXEC_FILE_ON_CRASH : 0UL)) {
		perror("the kernel does not load the other one (kexec_file_load)");
		return 1;
	}
	if (argc == 4)
		return 0;
	sync();
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC, NULL);
	perror("the kernel does not go on in the other one (reboot)");
	return 1;
}
