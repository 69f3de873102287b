/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is taken out of text as private, what stays, and what comes instead; built with room for 8 values. */
#define PRIVATE_MOST 8
#include "tell/private.c"
#include "tell/hide.c"

#include "test.h"

static struct privates privates;
static char hidden[4096];

/* Hides a text as a snapshot does: once to find, once to write. */
static const char *hide(const char *text)
{
	struct text out = TEXT_OVER(hidden);
	bool good;

	text_clear(&out);
	privates.collecting = true;
	good = private_hide(&privates, text, strlen(text), true, &out);
	privates.collecting = false;
	text_clear(&out);
	good &= private_hide(&privates, text, strlen(text), true, &out);
	return good ? hidden : "(refused)";
}

static const char *hide_alone(const char *text)
{
	private_begin(&privates);
	return hide(text);
}

static void test_values(void)
{
	static const struct {
		const char *text, *hidden;
	} rows[] = {
		{ "7c4d9e10-5b2f-4a83-9c61-d0e8f7a6b5c4", "a2000000-0000-0000-0000-000000000001" },
		{ "7C4D9E10-5B2F-4A83-9C61-D0E8F7A6B5C4", "A2000000-0000-0000-0000-000000000001" },
		{ "luks-7c4d9e10-5b2f-4a83-9c61-d0e8f7a6b5c4",
		  "luks-a2000000-0000-0000-0000-000000000001" },
		{ "4d1c0a77:be905f12:c3a8e614:7790ab3d", "a2000000:00000000:00000000:00000001" },
		{ "UUID=41D2-7C5A", "UUID=A200-0001" },
		{ "UUID=\"41D2-7C5A\"", "UUID=\"A200-0001\"" },
		{ "PARTUUID=5ea1d00b-03", "PARTUUID=a2000000-01" },
		{ "UUID=2023-05-01-12-30-00-00", "UUID=a200-00-00-00-00-00-01" },
		{ "root=LABEL=home,PARTLABEL=a b", "root=LABEL=private1,PARTLABEL=private2 b" },
		/* fstab and crypttab have no quotes: one in a name is of the name */
		{ "LABEL=Mary's\\040Disk /media/Mary's\\040Disk,2:a/x",
		  "LABEL=private1 /media/private2/private3" },
		{ "PARTLABEL=a,b\nx LABEL=a'b", "PARTLABEL=private1\nx LABEL=private2" },
		{ "0:1 / /run/media/mary/a,b:c rw,lowerdir=/mnt/a'b:/mnt/c",
		  "0:1 / /run/media/private1/private2 rw,lowerdir=/mnt/private3:/mnt/private4" },
		{ "a=\"quiet /mnt/b\" c='/mnt/b:/home/d' '/mnt/b'",
		  "a=\"quiet /mnt/private1\" c='/mnt/private1:/home/private2' '/mnt/private1'" },
		{ "root=UUID=8A1C22F07B3D9E45", "root=UUID=A200000000000001" },
		{ "/dev/disk/by-label/home /dev/disk/by-uuid/41D2-7C5A",
		  "/dev/disk/by-label/private1 /dev/disk/by-uuid/A200-0002" },
		{ "/dev/disk/by-id/ata-X_1-part1", "/dev/disk/by-id/private1" },
		{ "/dev/disk/by-path/ip-10.0.0.1:3260-iscsi-iqn.x",
		  "/dev/disk/by-path/ip-private1" },
		{ "3c:7c:3f:1e:2d:4b", "a2:00:00:00:00:01" },
		{ "3C-7C-3F-1E-2D-4B", "A2-00-00-00-00-01" },
		{ "3c7c.3f1e.2d4b", "a200.0000.0001" },
		{ "enx3c7c3f1e2d4b", "enxa20000000001" },
		{ "50:06:01:60:bb:60:1e:7a", "a2:00:00:00:00:00:00:01" },
		{ "80:00:02:08:fe:80:00:00:00:00:00:00:50:06:01:60:bb:60:1e:7a",
		  "a2:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:01" },
		{ "wwn-0x5000c500a1b2c3d4", "wwn-0xa200000000000001" },
		{ "LVM-Qo1bGZt3yVYpX0s8rEwCjDkNfHm5uAv9RrYd6Lx2TiB7hJcUaPqSzgMeKnO4Wl01-cow",
		  "LVM-private0000000000000000000000001private0000000000000000000000002-cow" },
		{ "Qo1bGZ-t3yV-YpX0-s8rE-wCjD-kNfH-m5uAv9", "private1" },
		{ "192.168.178.23/24", "240.0.0.1/24" },
		{ "[fe80::3e7c:3fff:fe1e:2d4b]", "[2001:db8::1]" },
		{ "2003:a:b:c:d:e:f:1", "2001:db8::1" },
		{ "ip=10.0.0.1::10.0.0.2:m:host:eth0:off", "ip=private1" },
		{ "rd.iscsi.password=a,b \"x_key=c\"",
		  "rd.iscsi.password=private1 \"x_key=private2\"" },
		{ "ro,password=a,nofail", "ro,password=private1,nofail" },
		{ "ro,pass=a,,11,,,nofail password2=b",
		  "ro,pass=private1,nofail password2=private2" },
		{ "wifi.psk=a http_proxy=b:1", "wifi.psk=private1 http_proxy=private2" },
		{ "\"rd.iscsi.password=a b\" c", "\"rd.iscsi.password=private1\" c" },
		{ "CMDLINE=\"password=a b\" c", "CMDLINE=\"password=private1 b\" c" },
		{ "CMDLINE='a \"password=b c\" d'", "CMDLINE='a \"password=private1\" d'" },
		{ "root=cifs://mary:a@fs1/share root=live:http://mary:b@web1/img.iso",
		  "root=cifs://private1 root=live:http://private2" },
		{ "root=iscsi:mary:a@10.0.0.1::::iqn.x root=nbd:server:export",
		  "root=iscsi:private1 root=nbd:private2" },
		{ "root=nfs4:fs1:/export/mary \"inst.repo=nfs:fs2:/x\"",
		  "root=nfs4:private1 \"inst.repo=nfs:private2\"" },
		{ "rd.password=\"a b\" LABEL='a b'", "rd.password=\"private1\" LABEL='private1'" },
		{ "UUID=\"7c4d9e10-5b2f-4a83-9c61-d0e8f7a6b5c4\"",
		  "UUID=\"a2000000-0000-0000-0000-000000000001\"" },
		{ "x=/home/mary/games:/home/mary", "x=/home/private1/private2:/home/private1" },
		{ "/run/media/mary/disk /mnt/x", "/run/media/private1/private2 /mnt/private3" },
		{ "fileserver:/all //fileserver/all", "private1:/all //private1/private2" },
		{ "mary@fileserver:/all", "private1:/all" },
		{ "iqn.2019-07.org.example:x", "iqn.private1" },
	};

	for (size_t r = 0; r < LENGTH(rows); r++) {
		char once[sizeof(hidden)];

		snprintf(once, sizeof(once), "%s", hide_alone(rows[r].text));
		CHECK_FOR(same_text(once, rows[r].hidden), "%s: %s", rows[r].text, once);
		CHECK_FOR(same_text(hide_alone(once), once), "%s again: %s", once, hidden);
	}
}

static void test_what_stays(void)
{
	static const char *const rows[] = {
		"bind card slot 0000:07:00 id 10de:1f08",
		"0000:00:1f.3 vfio-pci 10de:1f08,10de:10f9",
		"1002:ab28 0000:: ::",
		"/dev/disk/by-path/pci-0000:05:00.0-nvme-1",
		"earlybind.keep=0000::1f earlybind.bind=card+slot=07:00+id=10de:1f08",
		"rd.luks.key=/keyfile.bin rd.vconsole.keymap=de",
		"6.1.0-50-amd64 6.12.48 #50~20.04.1-Ubuntu SMP Wed Feb 10 21:07:30 UTC 2021",
		"/home / /boot/efi /dev/mapper/vg-root subvol=/@home,x=@",
		"/sys/devices/pci0000:00/0000:00:08.1/0000:0c:00.3/usb3/3-1/3-1:1.0/"
		"0003:04D9:0296.0001/input/input3",
		"UUID= LABEL=\n/home/ /mnt/",
	};

	for (size_t r = 0; r < LENGTH(rows); r++)
		CHECK_FOR(same_text(hide_alone(rows[r]), rows[r]), "%s: %s", rows[r], hidden);
}

static void test_one_value_has_one_instead(void)
{
	private_begin(&privates);
	CHECK(same_text(hide("93be7d52-1c0f-4e6a-b8d4-2a71f5c3e906 "
			     "CRYPT-LUKS2-93be7d521c0f4e6ab8d42a71f5c3e906-x"),
			"a2000000-0000-0000-0000-000000000001 "
			"CRYPT-LUKS2-a2000000000000000000000000000001-x"));
	CHECK(same_text(hide("3c:7c:3f:1e:2d:4b enx3c7c3f1e2d4b"),
			"a2:00:00:00:00:02 enxa20000000002"));
	/* once it is known what it is, also where nothing says so */
	CHECK(same_text(hide("UUID=41D2-7C5A 41d2-7c5a"), "UUID=A200-0003 a200-0003"));
	CHECK(same_text(hide("41D2-7C5B"), "41D2-7C5B"));
}

static void test_made_up_numbers_are_not_given_again(void)
{
	CHECK(same_text(hide_alone("UUID=41D2-7C5A /home/private4/mary a2:00:00:00:00:06"),
			"UUID=A200-0007 /home/private4/private8 a2:00:00:00:00:06"));
}

static void test_hosts(void)
{
	private_begin(&privates);
	private_add_host(&privates, "my-pc.example.org\n", strlen("my-pc.example.org\n"));
	CHECK(same_text(hide("/dev/my-pc-vg/root my--pc--vg-root MY-PC.example.org my-pcs"),
			"/dev/private1-vg/root private1--vg-root private2 my-pcs"));
	private_begin(&privates);
	private_add_host(&privates, "root", 4);
	private_add_host(&privates, "localhost.localdomain", strlen("localhost.localdomain"));
	private_add_host(&privates, "pc", 2);
	CHECK(same_text(hide("root=/dev/pc localhost"), "root=/dev/pc localhost"));
}

/* The same name in two files has one place, and a name with a domain is found though it comes behind the one without. */
static void test_hosts_with_many_names(void)
{
	static const char *const names[] = { "my-pc", "my-pc.a-lan.example.org\n",
					     "My-PC.a-lan.example.org" };

	private_begin(&privates);
	for (size_t i = 0; i < LENGTH(names); i++)
		private_add_host(&privates, names[i], strlen(names[i]));
	CHECK(privates.host_count == 8);
	CHECK(same_text(hide("my-pc my-pc.a-lan.example.org my--pc.a--lan"),
			"private1 private2 private3"));
}

static void test_a_known_replacement(void)
{
	private_begin(&privates);
	private_replace(&privates, "f886d17db26a8886", "0123456789abcdef");
	CHECK(same_text(hide("config f886d17db26a8886"), "config 0123456789abcdef"));
}

/* Nothing is written where there is no place for a value, however often it comes. */
static void test_the_edge(void)
{
	CHECK(same_text(
		hide_alone("/mnt/a/b/c/d/e/f/g/h"),
		"/mnt/private1/private2/private3/private4/private5/private6/private7/private8"));
	CHECK(same_text(hide_alone("/mnt/a/b/c/d/e/f/g/h/i"), "(refused)"));
	CHECK(same_text(hide("nothing"), "(refused)"));
	CHECK(same_text(hide_alone("UUID=41D2-7C5A private65535"), "(refused)"));
}

/* A run of digits, a word and a key that are longer than any are refused or replaced, and nothing is written past an end. */
static void test_long_ones(void)
{
	static char text[9000];
	static const char *const begins[] = { "",       "UUID=",     "0x",     "enx", "LVM-",
					      "/home/", "password=", "LABEL=", "::",  "a@" };
	static const char fill[] = "a1:.-/@";

	for (size_t b = 0; b < LENGTH(begins); b++)
		for (size_t f = 0; f < sizeof(fill) - 1; f++)
			for (size_t n = 0; n < sizeof(text) - 16; n = n < 300 ? n + 37 : 2 * n) {
				snprintf(text, sizeof(text), "%s", begins[b]);
				memset(text + strlen(begins[b]), fill[f], n);
				text[strlen(begins[b]) + n] = '\0';
				CHECK(hide_alone(text) != NULL);
			}
}

/* However long a text is, each place in it costs the same: at a cost that grows with it, this would take many minutes. */
static void test_a_long_text(void)
{
	static char text[1024 * 1024 + 1];
	static const char *const fills[] = { " ", "1 " };

	for (size_t f = 0; f < LENGTH(fills); f++) {
		for (size_t i = 0; i < sizeof(text) - 1; i++)
			text[i] = fills[f][i % strlen(fills[f])];
		CHECK(same_text(hide_alone(text), "(refused)"));
	}
}

int main(void)
{
	RUN(test_values);
	RUN(test_what_stays);
	RUN(test_one_value_has_one_instead);
	RUN(test_made_up_numbers_are_not_given_again);
	RUN(test_hosts);
	RUN(test_hosts_with_many_names);
	RUN(test_a_known_replacement);
	RUN(test_the_edge);
	RUN(test_long_ones);
	RUN(test_a_long_text);
	return END();
}
