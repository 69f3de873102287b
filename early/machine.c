/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine.h"

#include <stddef.h>
#include <string.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Reads between least and most lower-case hex digits. Returns where they end, or NULL. */
static const char *read_hex(const char *at, int least, int most, uint32_t *value)
{
	int n = 0;

	*value = 0;
	while (n < most && hex_digit(at[n]) >= 0)
		*value = *value << 4 | (uint32_t)hex_digit(at[n++]);
	return n >= least ? at + n : NULL;
}

bool address_read(const char *name, struct pci_address *address)
{
	uint32_t domain, bus, device, function;
	const char *at = read_hex(name, 4, 8, &domain);

	if (!at || *at++ != ':' || !(at = read_hex(at, 2, 2, &bus)) || *at++ != ':' ||
	    !(at = read_hex(at, 2, 2, &device)) || *at++ != '.' ||
	    !(at = read_hex(at, 1, 1, &function)) || *at || device > 0x1f || function > 7)
		return false;
	/* The kernel writes more than four digits only where they are needed: one address has one name. */
	if (name[4] != ':' && name[0] == '0')
		return false;
	*address = (struct pci_address){ domain, (uint8_t)bus, (uint8_t)device, (uint8_t)function };
	return true;
}

static char *write_hex(char *to, uint32_t value, int digits)
{
	while (digits-- > 0)
		*to++ = "0123456789abcdef"[value >> (4 * digits) & 0xf];
	return to;
}

char *address_write(char *to, struct pci_address address)
{
	int digits = 4;

	while (digits < 8 && address.domain >> (4 * digits))
		digits++;
	to = write_hex(to, address.domain, digits);
	*to++ = ':';
	to = write_hex(to, address.bus, 2);
	*to++ = ':';
	to = write_hex(to, address.device, 2);
	*to++ = '.';
	to = write_hex(to, address.function, 1);
	*to = '\0';
	return to;
}

bool address_last_of(const char *path, struct pci_address *address)
{
	bool found = false;

	while (*path) {
		size_t n = strcspn(path, "/");
		char name[ADDRESS_BYTES];

		if (n < sizeof(name)) {
			memcpy(name, path, n);
			name[n] = '\0';
			found |= address_read(name, address);
		}
		path += n + (path[n] == '/');
	}
	return found;
}

int address_compare(struct pci_address a, struct pci_address b)
{
	if (a.domain != b.domain)
		return a.domain < b.domain ? -1 : 1;
	if (a.bus != b.bus)
		return a.bus - b.bus;
	if (a.device != b.device)
		return a.device - b.device;
	return a.function - b.function;
}

bool address_same_card(struct pci_address a, struct pci_address b)
{
	return a.domain == b.domain && a.bus == b.bus && a.device == b.device;
}

uint16_t machine_find(const struct machine *machine, struct pci_address address)
{
	uint16_t low = 0;
	uint16_t high = machine->function_count;

	while (low < high) {
		uint16_t middle = (uint16_t)((low + high) / 2);
		int order = address_compare(machine->functions[middle].at, address);

		if (order == 0)
			return middle;
		if (order < 0)
			low = (uint16_t)(middle + 1);
		else
			high = middle;
	}
	return FUNCTION_NONE;
}

bool functions_add(struct functions *functions, uint16_t f)
{
	if (f == FUNCTION_NONE)
		return true;
	for (uint16_t i = 0; i < functions->count; i++)
		if (functions->of[i] == f)
			return true;
	if (functions->count == FUNCTIONS_MOST)
		return false;
	functions->of[functions->count++] = f;
	return true;
}
