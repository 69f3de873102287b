/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tell/tell.h"

#define OF_BASE 0xff /* whatever the sub class: behind those of this base that are named */

const char *tell_class(uint32_t class)
{
	static const struct {
		uint8_t base, sub;
		const char *words;
	} classes[] = {
		{ 0x01, 0x01, "IDE controller" },
		{ 0x01, 0x04, "RAID controller" },
		{ 0x01, 0x06, "SATA controller" },
		{ 0x01, 0x07, "SAS controller" },
		{ 0x01, 0x08, "NVMe disk" },
		{ 0x01, OF_BASE, "storage controller" },
		{ 0x02, 0x00, "Ethernet controller" },
		{ 0x02, OF_BASE, "network controller" },
		{ 0x03, 0x00, "VGA display" },
		{ 0x03, 0x02, "3D controller" },
		{ 0x03, OF_BASE, "display" },
		{ 0x04, 0x01, "audio device" },
		{ 0x04, 0x03, "HD audio" },
		{ 0x04, OF_BASE, "multimedia device" },
		{ 0x05, OF_BASE, "memory controller" },
		{ 0x06, OF_BASE, "bridge" },
		{ 0x07, OF_BASE, "communication controller" },
		{ 0x08, 0x05, "SD card reader" },
		{ 0x08, 0x06, "IOMMU" },
		{ 0x08, OF_BASE, "system peripheral" },
		{ 0x09, OF_BASE, "input device" },
		{ 0x0b, OF_BASE, "processor" },
		{ 0x0c, 0x00, "FireWire controller" },
		{ 0x0c, 0x03, "USB controller" },
		{ 0x0c, 0x05, "SMBus controller" },
		{ 0x0c, OF_BASE, "serial bus controller" },
		{ 0x0d, OF_BASE, "wireless controller" },
		{ 0x10, OF_BASE, "encryption controller" },
		{ 0x11, OF_BASE, "signal processing controller" },
		{ 0x12, OF_BASE, "accelerator" },
		{ 0x13, OF_BASE, "instrumentation" },
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (PCI_CLASS_BASE(class) == classes[i].base &&
		    (classes[i].sub == OF_BASE || (PCI_CLASS_SUB(class) & 0xff) == classes[i].sub))
			return classes[i].words;
	return "other device";
}
