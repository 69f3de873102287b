/* SPDX-License-Identifier: GPL-2.0-or-later */
/* killed-before N COMMAND...: runs a command and kills it just before its Nth write(2), as a power cut or a watchdog might.
 * Exit status: 0 when it was killed, 1 when it ended before it wrote so often. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether the tracee, stopped at a system call, is about to write. */
static int is_write(pid_t child)
{
	struct user_regs_struct registers;

	return ptrace(PTRACE_GETREGS, child, NULL, &registers) == 0 &&
	       registers.orig_rax == SYS_write;
}

static int trace(pid_t child, long before)
{
	int status, entering = 0;
	long writes = 0;

	waitpid(child, &status, 0);
	ptrace(PTRACE_SETOPTIONS, child, NULL, (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
	while (ptrace(PTRACE_SYSCALL, child, NULL, NULL) == 0 &&
	       waitpid(child, &status, 0) == child) {
		if (WIFEXITED(status) || WIFSIGNALED(status))
			return 1;
		if (!WIFSTOPPED(status) || WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		entering = !entering;
		if (entering && is_write(child) && ++writes == before) {
			kill(child, SIGKILL);
			waitpid(child, &status, 0);
			return 0;
		}
	}
	return 1;
}

int main(int argc, char **argv)
{
	pid_t child;

	if (argc < 3) {
		fprintf(stderr, "usage: killed-before N COMMAND...\n");
		return 2;
	}
	child = fork();
	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	return trace(child, strtol(argv[1], NULL, 10));
}
