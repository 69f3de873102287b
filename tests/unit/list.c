/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines that --list gives, on machines that are hard to tell apart: each chooses its card and nothing else. */
#include <stdlib.h>

#include "machines.h"
#include "tell/tell.h"
#include "test.h"

static struct names names;
static char *listed;
static size_t listed_bytes;

/* The list of the machine that was made last, without names. */
static void list_it(void)
{
	FILE *out = open_memstream(&listed, &listed_bytes);

	assert(out);
	new_config("");
	make_plan(&config, &machine, MOMENT_NEXT_BOOT, &plan);
	tell_list(out, &machine, &plan, &names);
	assert(fclose(out) == 0);
}

/* Adds the address of a function's line as chosen() writes it. */
static void add_address(struct text *text, const char *line)
{
	struct pci_address at;
	char address[32];

	snprintf(address, sizeof(address), "%.*s", (int)strcspn(line, " "), line);
	if (!address_read(address, &at))
		return;
	text_add(text, "%s", text->used ? " " : "");
	if (at.domain)
		text_add(text, "%04x:", at.domain);
	text_add(text, "%02x:%02x.%x", at.bus, at.device, at.function);
}

/* Goes through the list's paragraphs. Returns how many lines there were to try. */
static unsigned try_lines(void)
{
	char functions[1024];
	struct text text = TEXT_OVER(functions);
	unsigned tried = 0;

	text_clear(&text);
	for (char *line = listed; *line;) {
		char *end = strchr(line, '\n');

		*end = '\0';
		if (!*line) {
			text_clear(&text);
		} else if (strncmp(line, "  bind ", strlen("  bind ")) == 0) {
			tried++;
			new_config("");
			config_parse(&config, 0, line, strlen(line));
			CHECK_FOR(config.problem_count == 0 && config.rule_count == 1, "%s", line);
			make_plan(&config, &machine, MOMENT_NEXT_BOOT, &plan);
			CHECK_FOR(same_text(chosen(), functions), "%s: %s, not %s", line, chosen(),
				  functions);
		} else if (line[0] == ' ') {
			add_address(&text, line + 2);
		}
		line = end + 1;
	}
	free(listed);
	return tried;
}

static void every_line(void)
{
	NEW_MACHINE_OF(desk);
	list_it();
	CHECK(try_lines() == 10);
	NEW_MACHINE_OF(arc);
	list_it();
	CHECK(try_lines() == 9);
	NEW_MACHINE_OF(blind);
	list_it();
	CHECK(strstr(listed, "nobody can tell"));
	CHECK(try_lines() == 3);
	NEW_MACHINE_OF(server);
	list_it();
	CHECK(!strstr(listed, "08:01.0"));
	CHECK(try_lines() == 2);
}

static void head_of_an_arc(void)
{
	NEW_MACHINE_OF(arc);
	list_it();
	CHECK(strstr(listed, "\n0000:03:00 and 0000:04:00  VGA display\n"));
	free(listed);
}

/* The display is what a card is known by, wherever it stands among the card's slots. */
static void audio_first(void)
{
	static const struct row rows[] = {
		{ "0000:00:01.0", 0x060400, 0x8086, 0x460d, 0, 0, 1, NULL, "" },
		{ "0000:01:00.0", 0x060400, 0x8086, 0x4fa1, 0, 0, 1, "0000:00:01.0", "" },
		{ "0000:02:01.0", 0x060400, 0x8086, 0x4fa4, 0, 0, 5, "0000:01:00.0", "" },
		{ "0000:02:04.0", 0x060400, 0x8086, 0x4fa4, 0, 0, 6, "0000:01:00.0", "" },
		{ "0000:02:05.0", 0x060400, 0x8086, 0x4fa4, 0, 0, 6, "0000:01:00.0", "" },
		{ "0000:03:00.0", 0x040300, 0x8086, 0x4f90, 0, 0, 8, "0000:02:01.0", "" },
		{ "0000:04:00.0", 0x040300, 0x8086, 0x4f90, 0, 0, 8, "0000:02:04.0", "" },
		{ "0000:05:00.0", 0x030000, 0x8086, 0x56a0, 0, 0, 7, "0000:02:05.0", "" },
	};

	NEW_MACHINE_OF(rows);
	list_it();
	CHECK_FOR(strncmp(listed, "0000:05:00 and 0000:03:00 and 1 more  VGA display\n", 50) == 0,
		  "%s", listed);
	CHECK(try_lines() == 1);
}

/* A bus that a bridge which nobody sees leads to: two cards have one path. */
static void one_path(void)
{
	static const struct row rows[] = {
		{ "0000:00:01.0", 0x060400, 0x8086, 0x460d, 0, 0, 1, NULL, "" },
		{ "0000:03:00.0", 0x030000, 0x8086, 0x56a0, 0, 0, 7, "0000:00:01.0", "" },
		{ "0000:04:00.0", 0x030000, 0x8086, 0x56a0, 0, 0, 8, "0000:00:01.0", "" },
	};

	NEW_MACHINE_OF(rows);
	list_it();
	CHECK_FOR(!strstr(listed, "bind card path"), "%s", listed);
	CHECK(try_lines() == 2);
}

static void no_card(void)
{
	new_machine();
	list_it();
	CHECK(strncmp(listed, "This machine has no PCI card.\n", 30) == 0);
	free(listed);
}

/* Words end at the hundredth column or before, whatever stands in front of them. */
static void columns(void)
{
	char *text;
	size_t bytes, head_bytes;

	for (head_bytes = 0; head_bytes < 99; head_bytes++)
		for (size_t word = 1; word < 230; word += 7) {
			char head[100] = "", words[1000] = "";
			FILE *out = open_memstream(&text, &bytes);
			size_t letters = 0;

			assert(out);
			memset(head, 'h', head_bytes);
			for (int i = 0; i < 4; i++) {
				memset(words + strlen(words), 'w', word);
				strcat(words, i < 3 ? " " : "");
			}
			tell_words(out, head, words);
			assert(fclose(out) == 0);
			for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
				CHECK_FOR(strcspn(line, "\n") <= 100, "%s", line);
			for (const char *at = text; *at; at++)
				letters += *at == 'w';
			CHECK(letters == 4 * word);
			free(text);
		}
}

/* What a terminal would obey is shown: of a control character one `?`, in UTF-8 too, and other letters as they are. */
static void controls(void)
{
	char *text;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	assert(out);
	tell_words(out, "- ",
		   "a\033[1mb \xc2\x9b"
		   "2Jc \xc2\xa0\xc3\x84");
	assert(fclose(out) == 0);
	CHECK_FOR(strcmp(text, "- a?[1mb ?2Jc \xc2\xa0\xc3\x84\n") == 0, "%s", text);
	free(text);
}

/* What is to be pasted stays on one line: a command with its options, and what stands between backquotes. */
static void kept_together(void)
{
	static const char *const pieces[] = { "dracut --force --regenerate-all",
					      "`bind cards id 10de:1b80`", "mkinitcpio -P" };
	char *text;
	size_t bytes;

	for (size_t p = 0; p < sizeof(pieces) / sizeof(pieces[0]); p++)
		for (size_t before = 1; before < 99; before++) {
			char words[300];
			FILE *out = open_memstream(&text, &bytes);

			assert(out);
			memset(words, 'w', before);
			snprintf(words + before, sizeof(words) - before, " %s) and more",
				 pieces[p]);
			tell_sentence(out, TONE_PLAIN, words);
			assert(fclose(out) == 0);
			CHECK_FOR(strstr(text, pieces[p]), "%s", text);
			CHECK_FOR(strcspn(text, "\n") <= 100, "%s", text);
			free(text);
		}
}

int main(void)
{
	RUN(every_line);
	RUN(head_of_an_arc);
	RUN(audio_first);
	RUN(one_path);
	RUN(no_card);
	RUN(columns);
	RUN(controls);
	RUN(kept_together);
	return END();
}
