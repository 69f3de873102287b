/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the old ways write into their files. Pure: nothing is opened, nothing printed. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "read/notation.h"
#include "read/remnants.h"

#define BLANKS " \t\r\n"
#define QUOTES "\"'"
#define ID_MEMBERS 6
#define ID_DIGITS_MOST 8
#define PCI_ANY_ID 0xffffffffu /* include/linux/mod_devicetable.h */

/* Where in which file something stands. */
struct spot {
	struct remnants *remnants;
	enum remnant_source source;
	const char *path;
	const char *kept_path; /* NULL: there was nothing in the file yet */
	uint32_t line;
};

/* All that has to be in the image for VFIO, and what was once. */
static const char *const vfio_modules[] = { "vfio_pci",    "vfio",          "vfio_iommu_type1",
					    "vfio_virqfd", "vfio_pci_core", "pci_stub",
					    NULL };

/* Options of vfio-pci but ids (drivers/vfio/pci/vfio_pci.c). pci-stub has ids alone. */
static const char *const vfio_options[] = { "nointxmask",   "disable_vga",      "disable_idle_d3",
					    "enable_sriov", "disable_denylist", NULL };

/* Drivers of graphics cards and of what else is on them. Other blacklists have other reasons. */
static const char *const card_drivers[] = {
	"nouveau", "nvidia", "nvidia_drm", "nvidia_modeset", "nvidia_uvm",     "nvidiafb", "amdgpu",
	"radeon",  "i915",   "xe",         "snd_hda_intel",  "i2c_nvidia_gpu", "xhci_pci", NULL
};

/* Whether word[0..n] is this name, `-` and `_` alike as the kernel and modprobe have it. */
static bool is_name(const char *word, size_t n, const char *name)
{
	if (n != strlen(name))
		return false;
	for (size_t i = 0; i < n; i++)
		if ((word[i] == '-' ? '_' : word[i]) != (name[i] == '-' ? '_' : name[i]))
			return false;
	return true;
}

/* The name in the list that word[0..n] is, or NULL. */
static const char *find_name(const char *const *names, const char *word, size_t n)
{
	for (; *names; names++)
		if (is_name(word, n, *names))
			return *names;
	return NULL;
}

/* Keeps text that can stand in a comment of the configuration. Returns NULL where there is no room. */
static const char *keep_clean(struct remnants *remnants, const char *bytes, size_t n)
{
	char clean[REMNANT_WORD_BYTES];

	while (n > 0 && strchr(BLANKS "\\", bytes[n - 1]))
		n--;
	if (n > sizeof(clean)) {
		n = sizeof(clean);
		bytes = memcpy(clean, bytes, n - 3);
		memset(clean + n - 3, '.', 3);
	}
	for (size_t i = 0; i < n; i++)
		clean[i] = iscntrl((unsigned char)bytes[i]) ? '?' : bytes[i];
	bytes = text_keep(&remnants->text, clean, n);
	remnants->cut |= !bytes;
	return bytes;
}

/* Returns the new remnant, or NULL where there is no room. */
static struct remnant *add(struct spot *spot, enum remnant_kind kind, const char *module,
			   const char *words, size_t n)
{
	struct remnants *remnants = spot->remnants;
	struct remnant *remnant = &remnants->of[remnants->count];
	const char *kept;

	if (!spot->kept_path)
		spot->kept_path = keep_clean(remnants, spot->path, strlen(spot->path));
	kept = keep_clean(remnants, words, n);
	if (!kept || !spot->kept_path || remnants->count == REMNANTS_MOST) {
		remnants->cut = true;
		return NULL;
	}
	*remnant = (struct remnant){ .kind = kind,
				     .source = spot->source,
				     .file = spot->kept_path,
				     .line = spot->line,
				     .words = kept,
				     .module = module };
	remnants->count++;
	return remnant;
}

/* A hex number as sscanf's %x takes it, with 0x or without. Returns whether it is one. */
static bool read_hex(const char *bytes, size_t n, uint32_t *value)
{
	*value = 0;
	if (n > 2 && bytes[0] == '0' && (bytes[1] == 'x' || bytes[1] == 'X')) {
		bytes += 2;
		n -= 2;
	}
	if (n == 0 || n > ID_DIGITS_MOST)
		return false;
	for (size_t i = 0; i < n; i++) {
		int digit = notation_digit(bytes[i]);

		if (digit < 0)
			return false;
		*value = *value << 4 | (uint32_t)digit;
	}
	return true;
}

static bool to_id(uint32_t value, int32_t *id)
{
	*id = value == PCI_ANY_ID ? ANY : (int32_t)value;
	return value == PCI_ANY_ID || value <= 0xffff;
}

/* The class that value and mask mean, where the mask cuts at a byte. */
static bool to_class(uint32_t value, uint32_t mask, struct class_pattern *class)
{
	class->bytes = 0;
	while (class->bytes < 3 && mask >> (8 * (2 - class->bytes)) & 0xff)
		class->bytes++;
	class->value = class->bytes ? value >> (8 * (3 - class->bytes)) : 0;
	return mask == (0xffffffu & ~(0xffffffu >> (8 * class->bytes))) && value <= 0xffffff;
}

/* vendor:device[:subvendor[:subdevice[:class[:mask]]]] as vfio_pci_fill_ids reads it (drivers/vfio/pci/vfio_pci.c). */
static bool read_id(const char *bytes, size_t n, struct remnant_id *id)
{
	uint32_t member[ID_MEMBERS] = { 0, 0, PCI_ANY_ID, PCI_ANY_ID, 0, 0 };
	const char *end = bytes + n;
	size_t count = 0;

	for (;; count++) {
		const char *colon = memchr(bytes, ':', (size_t)(end - bytes));
		const char *stop = colon ? colon : end;

		if (count == ID_MEMBERS || !read_hex(bytes, (size_t)(stop - bytes), &member[count]))
			return false;
		if (!colon)
			break;
		bytes = colon + 1;
	}
	id->ids.class = id->subsystem.class = ANY;
	return count >= 1 && to_id(member[0], &id->ids.vendor) &&
	       to_id(member[1], &id->ids.device) && to_id(member[2], &id->subsystem.vendor) &&
	       to_id(member[3], &id->subsystem.device) &&
	       (id->ids.vendor != ANY || id->ids.device != ANY) &&
	       to_class(member[4], member[5], &id->class);
}

static void add_id(struct spot *spot, uint16_t remnant, const char *bytes, size_t n)
{
	struct remnants *remnants = spot->remnants;
	struct remnant_id *id = &remnants->ids[remnants->id_count];

	if (remnants->id_count == REMNANT_IDS_MOST) {
		remnants->cut = true;
		return;
	}
	*id = (struct remnant_id){ .remnant = remnant };
	id->readable = read_id(bytes, n, id);
	id->text = keep_clean(remnants, bytes, n);
	if (id->text)
		remnants->id_count++;
}

/* Adds a list of ids with commas between them; `words` of the line are what it is. */
static void add_ids(struct spot *spot, enum remnant_kind kind, const char *module,
		    const char *words, size_t words_n, const char *list, size_t n)
{
	uint16_t remnant = spot->remnants->count;
	const char *end = list + n;

	if (!add(spot, kind, module, words, words_n))
		return;
	while (list < end) {
		const char *comma = memchr(list, ',', (size_t)(end - list));
		const char *stop = comma ? comma : end;
		const char *next = comma ? comma + 1 : end;

		/* sscanf skips the blanks of a quoted list. */
		while (list < stop && strchr(BLANKS, *list))
			list++;
		while (stop > list && strchr(BLANKS, stop[-1]))
			stop--;
		if (stop > list)
			add_id(spot, remnant, list, (size_t)(stop - list));
		list = next;
	}
}

/* Whether a word without a name is meant for ids. */
static bool looks_like_ids(const char *word, size_t n)
{
	bool colon = false;

	for (size_t i = 0; i < n; i++) {
		if (notation_digit(word[i]) < 0 && !strchr(":,xX", word[i]))
			return false;
		colon |= word[i] == ':';
	}
	return colon;
}

/* The length of an option: blanks inside double quotes belong to it (lib/cmdline.c, next_arg). */
static size_t option_length(const char *at)
{
	bool quoted = false;
	size_t n = 0;

	for (; at[n] && (quoted || !strchr(BLANKS, at[n])); n++)
		if (at[n] == '"')
			quoted = !quoted;
	return n;
}

static void read_option(struct spot *spot, const char *module, const char *option, size_t n)
{
	const char *bare = option, *value;
	size_t bare_n = n, name;
	bool known;

	/* "ids=a, b" and ids="a, b" are the same to the kernel. */
	if (bare_n > 1 && bare[0] == '"' && bare[bare_n - 1] == '"') {
		bare++;
		bare_n -= 2;
	}
	value = memchr(bare, '=', bare_n);
	name = value ? (size_t)(value - bare) : bare_n;
	if (value && is_name(bare, name, "ids")) {
		size_t value_n = bare_n - name - 1;

		value++;
		if (value_n > 1 && value[0] == '"' && value[value_n - 1] == '"') {
			value++;
			value_n -= 2;
		}
		add_ids(spot, REMNANT_IDS, module, option, n, value, value_n);
	} else if (looks_like_ids(bare, bare_n)) {
		add_ids(spot, REMNANT_STRAY_IDS, module, option, n, bare, bare_n);
	} else if (n > strspn(option, ",")) {
		known = strcmp(module, "vfio_pci") == 0 && find_name(vfio_options, bare, name);
		add(spot, known ? REMNANT_OPTION : REMNANT_FOREIGN_OPTION, module, option, n);
	}
}

/* The options of vfio-pci or pci-stub, up to the end of the line or a comment. */
static void read_options(struct spot *spot, const char *module, const char *at)
{
	for (at += strspn(at, BLANKS); *at && *at != '#'; at += strspn(at, BLANKS)) {
		size_t n = option_length(at);

		read_option(spot, module, at, n);
		at += n;
	}
}

/* Takes a word off the front of *at. Returns its length. */
static size_t next_word(const char **at, const char **word)
{
	size_t n;

	*word = *at + strspn(*at, BLANKS);
	n = strcspn(*word, BLANKS);
	*at = *word + n;
	return n;
}

/* softdep MODULE pre: A B post: C */
static void read_softdep(struct spot *spot, const char *at)
{
	const char *line = at + strspn(at, BLANKS);
	const char *module, *word;
	size_t n = next_word(&at, &module);
	const char *kept = NULL;

	if (find_name(vfio_modules, module, n))
		return; /* what VFIO itself wants first is no old way */
	while ((n = next_word(&at, &word)) > 0)
		if (find_name(vfio_modules, word, n) && !kept) {
			kept = keep_clean(spot->remnants, module, strcspn(module, BLANKS));
			if (kept)
				add(spot, REMNANT_SOFTDEP, kept, line, strlen(line));
		}
}

static void read_blacklist(struct spot *spot, const char *list, const char *separators)
{
	/* Packages bring lists of their own, for their own reasons. */
	if (strncmp(spot->path, "/etc/", 5) != 0 && spot->source == SOURCE_MODPROBE)
		return;
	while (*list) {
		size_t n = strcspn(list, separators);
		const char *driver = find_name(card_drivers, list, n);

		if (driver)
			add(spot, REMNANT_BLACKLIST, driver, list, n);
		list += n + (list[n] != '\0');
	}
}

/* The driver whose ids= this module has, or NULL. */
static const char *driver_of(const char *module, size_t n)
{
	return is_name(module, n, "vfio_pci") ? "vfio_pci" :
	       is_name(module, n, "pci_stub") ? "pci_stub" :
						NULL;
}

/* modprobe.d(5) */
static void read_modprobe(struct spot *spot, char *line)
{
	const char *at = line;
	const char *verb, *module;
	size_t n = next_word(&at, &verb);
	const char *rest = at;

	if (is_name(verb, n, "softdep")) {
		read_softdep(spot, rest);
	} else if (is_name(verb, n, "blacklist")) {
		read_blacklist(spot, rest + strspn(rest, BLANKS), BLANKS);
	} else if (is_name(verb, n, "options")) {
		const char *driver;

		n = next_word(&at, &module);
		driver = driver_of(module, n);
		if (driver)
			read_options(spot, driver, at);
	}
}

/* What is no old way takes no room from what is one. */
static void add_early(struct spot *spot, const char *module, size_t n)
{
	struct remnant *remnant;

	if (n == 0 || spot->remnants->count >= REMNANTS_MOST / 2)
		return;
	remnant = add(spot, REMNANT_EARLY, "", module, n);
	if (remnant)
		remnant->module = remnant->words;
}

/* A module a line, in initramfs-tools with options; people write softdeps there too. */
static void read_module(struct spot *spot, char *line)
{
	const char *at = line;
	const char *module;
	size_t n = next_word(&at, &module);
	const char *name = find_name(vfio_modules, module, n);

	if (is_name(module, n, "softdep"))
		read_softdep(spot, at);
	else if (!name)
		add_early(spot, module, n);
	if (!name)
		return;
	add(spot, REMNANT_MODULES, name, module, n);
	if (driver_of(module, n))
		read_options(spot, driver_of(module, n), at);
}

/* vfio-pci.ids=, pci-stub.ids= and modprobe.blacklist=, wherever they stand on a line: a boot loader's file has its
 * own words and quotes around them. */
static void read_parameter(struct spot *spot, const char *parameter, size_t name)
{
	const char *dot = memchr(parameter, '.', name);
	const char *module = dot ? driver_of(parameter, (size_t)(dot - parameter)) : NULL;
	const char *value = parameter + name + 1;
	const char *end;
	bool quoted;

	if (is_name(parameter, name, "modprobe.blacklist")) {
		char list[REMNANT_WORD_BYTES];
		size_t n = strcspn(value, BLANKS QUOTES "\\");

		if (n >= sizeof(list))
			n = sizeof(list) - 1;
		memcpy(list, value, n);
		list[n] = '\0';
		read_blacklist(spot, list, ",");
	}
	if (!module || !is_name(dot + 1, name - (size_t)(dot - parameter) - 1, "ids"))
		return;
	value += *value == '\\';
	quoted = *value && strchr(QUOTES, *value);
	value += quoted;
	end = value + strcspn(value, quoted ? QUOTES "\\\n" : BLANKS QUOTES "\\");
	add_ids(spot, REMNANT_IDS, module, parameter,
		(size_t)(end - parameter) + (quoted && *end && strchr(QUOTES, *end)), value,
		(size_t)(end - value));
	while (!quoted) {
		const char *word = end + strspn(end, BLANKS);

		end = word + strcspn(word, BLANKS QUOTES "\\");
		if (!looks_like_ids(word, (size_t)(end - word)))
			return;
		add_ids(spot, REMNANT_STRAY_IDS, module, word, (size_t)(end - word), word,
			(size_t)(end - word));
	}
}

static void read_parameters(struct spot *spot, char *line)
{
	static const char separators[] = BLANKS QUOTES "=\\";

	for (const char *at = line; *at;) {
		size_t n = strcspn(at, separators);

		if (at[n] == '=')
			read_parameter(spot, at, n);
		at += n + (at[n] != '\0');
	}
}

/* driverctl saves an override as a file with the driver's name in it, called after bus and address. */
static void read_override(struct spot *spot, char *line)
{
	const char *name = strrchr(spot->path, '/');
	const char *at = line;
	const char *driver;
	size_t n = next_word(&at, &driver);
	struct selector_error error;
	struct pci_address address;
	struct remnant *remnant;
	bool gives;

	name = name ? name + 1 : spot->path;
	if (strncmp(name, "pci-", 4) == 0)
		name += 4;
	if (!selector_read_driver(driver, n, &error) || !address_read(name, &address) ||
	    spot->line > 1)
		return;
	/* A VFIO driver for just one kind of device is called …_vfio_pci. */
	gives = n >= strlen("vfio-pci") &&
		(driver_of(driver, n) ||
		 is_name(driver + n - strlen("vfio-pci"), strlen("vfio-pci"), "vfio-pci"));
	remnant = add(spot, gives ? REMNANT_OVERRIDE : REMNANT_OTHER_OVERRIDE, "", driver, n);
	if (remnant) {
		remnant->module = remnant->words;
		remnant->at = address;
	}
}

static bool ends_list(char c, char closer)
{
	return !c || (closer ? c == closer : strchr(BLANKS, c) != NULL);
}

/* The words of a list of modules in shell: (a b), "a b", 'a b' or a, over several lines where it has a closer. What
 * VFIO has on each line is one remnant; the others are kept where what is listed is loaded early. Returns where it
 * ends. */
static const char *read_list(struct spot *spot, const char *at, bool early)
{
	char closer = *at == '(' ? ')' : *at == '"' || *at == '\'' ? *at : '\0';
	char bytes[REMNANT_WORD_BYTES];
	struct text words = TEXT_OVER(bytes);

	at += closer != '\0';
	text_clear(&words);
	for (;;) {
		size_t n = strcspn(at, BLANKS QUOTES ")#\\");

		if (find_name(vfio_modules, at, n))
			text_add(&words, "%s%.*s", words.used ? " " : "", (int)n, at);
		else if (early)
			add_early(spot, at, n);
		at += n;
		if ((*at == '\n' || ends_list(*at, closer)) && words.used) {
			add(spot, REMNANT_MODULES, "", bytes, words.used);
			text_clear(&words);
		}
		if (ends_list(*at, closer))
			return at;
		if (*at == '#')
			at += strcspn(at, "\n");
		else
			spot->line += *at++ == '\n';
	}
}

/* MODULES=( ) of mkinitcpio.conf(5), force_drivers+=" " and add_drivers+=" " of dracut.conf(5). */
static void read_lists(struct spot *spot, const char *at)
{
	static const char *const mkinitcpio[] = { "MODULES", NULL };
	static const char *const dracut[] = { "force_drivers", "add_drivers", NULL };
	const char *const *lists = spot->source == SOURCE_DRACUT ? dracut : mkinitcpio;

	for (spot->line = 1; *at; spot->line++) {
		size_t n;

		at += strspn(at, " \t");
		n = strcspn(at, "+=" BLANKS);
		if (find_name(lists, at, n)) {
			bool early = !is_name(at, n, "add_drivers");

			at += n + (at[n] == '+');
			if (*at == '=')
				at = read_list(spot, at + 1, early);
		}
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
}

/* Takes the next line off *rest, ended by a NUL byte; a backslash at its end joins the next one to it where files
 * of this kind have that. Returns NULL behind the last one. */
static char *next_line(char **rest, bool joins, uint32_t *lines)
{
	char *line = *rest;
	char *to = line;
	char *from = line;

	if (!*line)
		return NULL;
	*lines = 1;
	while (*from && *from != '\n') {
		if (joins && from[0] == '\\' && from[1] == '\n') {
			from += 2;
			++*lines;
		} else {
			*to++ = *from++;
		}
	}
	*rest = *from ? from + 1 : from;
	*to = '\0';
	return line;
}

static void read_lines(struct spot *spot, char *text)
{
	/* A command line of the kernel has no comments. */
	const char *comments = spot->source == SOURCE_COMMAND_LINE ? "" : "#;";
	uint32_t lines;
	char *line;

	for (spot->line = 1; (line = next_line(&text, spot->source == SOURCE_MODPROBE, &lines));
	     spot->line += lines) {
		line += strspn(line, BLANKS);
		if (!*line || strchr(comments, *line))
			continue;
		switch (spot->source) {
		case SOURCE_MODPROBE:
			read_modprobe(spot, line);
			break;
		case SOURCE_INITRAMFS_TOOLS:
		case SOURCE_MODULES_LOAD:
			read_module(spot, line);
			break;
		case SOURCE_DRIVERCTL:
			read_override(spot, line);
			break;
		default:
			read_parameters(spot, line);
			break;
		}
	}
}

void remnants_ids(const struct remnants *remnants, const char *module, struct text *ids)
{
	text_clear(ids);
	for (uint16_t i = 0; i < remnants->id_count; i++) {
		const struct remnant *remnant = &remnants->of[remnants->ids[i].remnant];

		if (remnant->kind == REMNANT_IDS && strcmp(remnant->module, module) == 0)
			text_add(ids, "%s%s", ids->used ? "," : "", remnants->ids[i].text);
	}
}

void remnants_begin(struct remnants *remnants)
{
	remnants->count = remnants->id_count = remnants->unread_count = 0;
	remnants->cut = false;
	remnants->pci_stub = DRIVER_ABSENT;
	remnants->text = (struct text)TEXT_OVER(remnants->text_bytes);
}

void remnants_unread(struct remnants *remnants, const char *path, int error)
{
	const char *kept;

	/* Where a file belongs, a folder is read by nobody: modprobe and driverctl take nothing of it either. */
	if (error == ENOENT || error == ENOTDIR || error == EISDIR)
		return;
	kept = remnants->unread_count < REMNANT_UNREAD_MOST ?
		       keep_clean(remnants, path, strlen(path)) :
		       NULL;
	if (kept)
		remnants->unread[remnants->unread_count++] = (struct remnant_unread){ kept, error };
	else
		remnants->cut = true;
}

void remnants_parse(struct remnants *remnants, enum remnant_source source, const char *path,
		    char *text)
{
	struct spot spot = { .remnants = remnants, .source = source, .path = path };

	if (source == SOURCE_MKINITCPIO || source == SOURCE_DRACUT)
		read_lists(&spot, text);
	/* dracut has kernel_cmdline= too. */
	if (source != SOURCE_MKINITCPIO)
		read_lines(&spot, text);
}
