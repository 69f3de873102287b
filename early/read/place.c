/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/place.h"

#include <string.h>

#define LARGEST_OWN_DOMAIN 0xffff /* Intel VMD numbers its domains above */

bool place_function(const struct machine *machine, const char *place, uint16_t *function)
{
	struct pci_address last;
	bool found = false;

	*function = FUNCTION_NONE;
	while (*place) {
		size_t n = strcspn(place, "/");
		char part[ADDRESS_BYTES];
		struct pci_address at;

		if (n < sizeof(part)) {
			memcpy(part, place, n);
			part[n] = '\0';
			if (address_read(part, &at) && at.domain <= LARGEST_OWN_DOMAIN) {
				last = at;
				found = true;
			}
		}
		place += n + (place[n] == '/');
	}
	if (found)
		*function = machine_find(machine, last);
	return !found || *function != FUNCTION_NONE;
}
