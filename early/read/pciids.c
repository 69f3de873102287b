/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/pciids.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES_MOST ((size_t)16 << 20) /* the real one has 1.4 million */
#define BLOCK_BYTES 65536
#define LINE_BYTES 512 /* the real one's longest is 195 */

/* The lines above the one at hand, which a line with one tab or two belongs to. */
struct reader {
	const struct machine *machine;
	struct names *names;
	uint16_t vendor, device;
	bool vendor_wanted, device_wanted; /* some function has it */
	bool done; /* behind the last vendor: the classes follow */
};

/* Reads four hex digits and goes behind them. Returns whether they are there. */
static bool read_id(const char **at, uint16_t *id)
{
	*id = 0;
	for (int i = 0; i < 4; i++) {
		char c = (*at)[i];

		if (!isdigit((unsigned char)c) && (c < 'a' || c > 'f'))
			return false;
		*id = (uint16_t)(*id << 4 | (c <= '9' ? c - '0' : c - 'a' + 10));
	}
	*at += 4;
	return true;
}

/* Keeps a name once, whoever has it; what a terminal would obey is shown as `?`. */
static void give(struct reader *reader, const char **place, const char **kept, const char *name)
{
	if (*place)
		return;
	if (!*kept) {
		char clean[LINE_BYTES];
		size_t n = strlen(name);

		for (size_t i = 0; i < n; i++)
			clean[i] = iscntrl((unsigned char)name[i]) ? '?' : name[i];
		*kept = text_keep(&reader->names->text, clean, n);
	}
	*place = *kept;
}

static void read_vendor(struct reader *reader, const char *name)
{
	const char *kept = NULL;

	reader->vendor_wanted = reader->device_wanted = false;
	for (uint16_t f = 0; f < reader->machine->function_count; f++) {
		const struct function *function = &reader->machine->functions[f];

		if (function->vendor == reader->vendor) {
			reader->vendor_wanted = true;
			give(reader, &reader->names->of[f].vendor, &kept, name);
		}
		if (function->subvendor == reader->vendor)
			give(reader, &reader->names->of[f].board_vendor, &kept, name);
	}
}

static bool is_of_device(const struct reader *reader, const struct function *function)
{
	return function->vendor == reader->vendor && function->device == reader->device;
}

static void read_device(struct reader *reader, const char *name)
{
	const char *kept = NULL;

	reader->device_wanted = false;
	for (uint16_t f = 0; f < reader->machine->function_count; f++)
		if (is_of_device(reader, &reader->machine->functions[f])) {
			reader->device_wanted = true;
			give(reader, &reader->names->of[f].device, &kept, name);
		}
}

static void read_board(struct reader *reader, uint16_t subvendor, uint16_t subdevice,
		       const char *name)
{
	const char *kept = NULL;

	for (uint16_t f = 0; f < reader->machine->function_count; f++) {
		const struct function *function = &reader->machine->functions[f];

		if (is_of_device(reader, function) && function->subvendor == subvendor &&
		    function->subdevice == subdevice)
			give(reader, &reader->names->of[f].board, &kept, name);
	}
}

/* The name behind an id: two blanks are between them. Returns it, or NULL. */
static const char *name_behind(const char *at)
{
	if (*at != ' ')
		return NULL;
	at += strspn(at, " ");
	return *at ? at : NULL;
}

/* `vvvv  name`, a tab and `dddd  name`, or two tabs and `vvvv dddd  name`. */
static void read_line(struct reader *reader, const char *line)
{
	size_t tabs = strspn(line, "\t");
	const char *at = line + tabs;
	uint16_t first, second;

	if (tabs == 0 && strncmp(line, "C ", strlen("C ")) == 0)
		reader->done = true;
	if ((tabs == 1 && !reader->vendor_wanted) || (tabs == 2 && !reader->device_wanted) ||
	    !read_id(&at, &first))
		return;
	if (tabs == 2) {
		if (*at++ == ' ' && read_id(&at, &second) && name_behind(at))
			read_board(reader, first, second, name_behind(at));
	} else if (name_behind(at)) {
		*(tabs == 0 ? &reader->vendor : &reader->device) = first;
		(tabs == 0 ? read_vendor : read_device)(reader, name_behind(at));
	}
}

/* Reads the file a block at a time. A line that is too long for a name is read to its end and left out.
 * Returns whether there is anything in it. */
static bool read_lines(struct reader *reader, int fd)
{
	static char block[BLOCK_BYTES];
	char line[LINE_BYTES];
	size_t used = 0, all = 0;

	while (all < FILE_BYTES_MOST && !reader->done) {
		ssize_t n = read(fd, block, sizeof(block));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		all += (size_t)n;
		for (ssize_t i = 0; i < n && !reader->done; i++) {
			if (block[i] != '\n') {
				if (used < sizeof(line))
					line[used++] = block[i];
				continue;
			}
			if (used < sizeof(line)) {
				line[used] = '\0';
				read_line(reader, line);
			}
			used = 0;
		}
	}
	return all > 0;
}

void pciids_read(const struct root *root, const struct machine *machine, struct names *names)
{
	static const char *const files[] = { "/usr/share/hwdata/pci.ids",
					     "/usr/share/misc/pci.ids" };
	struct reader reader = { .machine = machine, .names = names };

	names->text = (struct text)TEXT_OVER(names->text_bytes);
	names->found = false;
	for (uint16_t f = 0; f < machine->function_count; f++)
		names->of[f] = (struct function_names){ 0 };
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !names->found; i++) {
		/* A FIFO in its place is empty, and nothing to wait at. */
		closing int fd = root_open_file(root, files[i], O_RDONLY | O_NONBLOCK);

		names->found = fd >= 0 && read_lines(&reader, fd);
	}
}
