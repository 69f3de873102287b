# SPDX-License-Identifier: GPL-2.0-or-later

# Settings. Each can be given on make's command line; `make help` prints them with their values.
SETTINGS := DESTDIR PREFIX BINDIR UNITDIR UDEVDIR DRACUTMODULESDIR MKINITCPIODIR INITRAMFSTOOLSDIR POSTUPDATEDIR \
	DOCDIR MANDIR BASHCOMPLETIONDIR ZSHCOMPLETIONDIR FISHCOMPLETIONDIR LINK CC CFLAGS LDFLAGS SANITIZE WERROR \
	SETUP SOURCES MKINITCPIO JOBS V B
## DESTDIR: put before every directory when files are installed
DESTDIR ?=
## PREFIX: where it is installed
PREFIX ?= /usr
## BINDIR: the program; its path in the units is this one
BINDIR ?= $(PREFIX)/bin
## DOCDIR: README and licence
DOCDIR ?= $(PREFIX)/share/doc/earlybind
# asked of pkg-config: where $(PREFIX) is not this system's, what it says is put below $(PREFIX). /lib is a link to /usr/lib.
ask = $(or $(patsubst /usr/%,$(PREFIX)/%,$(patsubst /lib/%,/usr/lib/%,$(shell pkg-config --variable=$(1) $(2) 2>/dev/null))),$(3))
## UNITDIR: systemd's system units
UNITDIR ?= $(call ask,systemdsystemunitdir,systemd,$(PREFIX)/lib/systemd/system)
## UDEVDIR: udev's rules
UDEVDIR ?= $(call ask,udevdir,udev,$(PREFIX)/lib/udev)/rules.d
## DRACUTMODULESDIR: dracut's modules (dracut itself looks below /usr alone)
DRACUTMODULESDIR ?= $(call ask,dracutmodulesdir,dracut,$(PREFIX)/lib/dracut/modules.d)
## MKINITCPIODIR: mkinitcpio's hooks
MKINITCPIODIR ?= $(PREFIX)/lib/initcpio
## INITRAMFSTOOLSDIR: initramfs-tools' hooks and scripts (it looks below /usr alone)
INITRAMFSTOOLSDIR ?= $(PREFIX)/share/initramfs-tools
## POSTUPDATEDIR: what update-initramfs runs after it (it looks below /etc alone)
POSTUPDATEDIR ?= /etc/initramfs/post-update.d
## MANDIR: the man pages
MANDIR ?= $(PREFIX)/share/man
## BASHCOMPLETIONDIR: completions for bash
BASHCOMPLETIONDIR ?= $(call ask,completionsdir,bash-completion,$(PREFIX)/share/bash-completion/completions)
## ZSHCOMPLETIONDIR: completions for zsh; Debian's looks in vendor-completions
ZSHCOMPLETIONDIR ?= $(or $(wildcard $(PREFIX)/share/zsh/vendor-completions),$(PREFIX)/share/zsh/site-functions)
## FISHCOMPLETIONDIR: completions for fish
FISHCOMPLETIONDIR ?= $(call ask,completionsdir,fish,$(PREFIX)/share/fish/vendor_completions.d)
## LINK: static (musl, with libkmod and libblkid inside) or dynamic (the distribution's libraries)
LINK ?= static
## CC: gcc, or clang where LINK is dynamic
ifeq ($(origin CC),default)
CC := gcc
endif
## CFLAGS: yours; the warnings and what the program needs are added
CFLAGS ?= -Os -g
## LDFLAGS: yours, the same way
LDFLAGS ?=
## SANITIZE: sanitizers of a dynamic build, as in -fsanitize=address,undefined
SANITIZE ?=
## WERROR: yes makes every warning an error
WERROR ?= no
## SETUP: no installs no packages: all that is needed is there
SETUP ?= yes
## SOURCES: a folder with the archives of packaging/setup/pins; without one they come from Debian
SOURCES ?=
## MKINITCPIO: a checkout of mkinitcpio; without one the boots of its images are skipped
MKINITCPIO ?=
## JOBS: machines that are booted at a time; they wait more than they work
JOBS ?= 2
## V: 1 shows the commands
V ?= 0
## B: where everything is built
B ?= build

Q := $(if $(filter 1,$(V)),,@)
comma := ,
say = @printf '  %-8s %s\n' $(1)
packages = $(if $(filter no,$(SETUP)),:,packaging/setup/packages)

WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wundef -Wvla -Wformat=2 -Wpointer-arith -Wwrite-strings -Wcast-qual \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition $(if $(filter yes,$(WERROR)),-Werror)
common := -std=c11 -D_GNU_SOURCE -Iearly -MMD -MP -fPIE -fstack-protector-strong -ffile-prefix-map=$(CURDIR)=. $(WARNINGS)

PROGRAM_SOURCES := $(sort $(wildcard early/*.c early/*/*.c))

ifeq ($(LINK),static)
ifneq ($(SANITIZE),)
$(error A static build cannot have sanitizers: they want glibc. Add LINK=dynamic)
endif
ifneq ($(findstring clang,$(CC)),)
$(error clang cannot build against musl here. Use gcc, or add LINK=dynamic)
endif
O := $(B)/static
PROGRAM := $(B)/earlybind
compile = REALGCC=$(CC) musl-gcc -isystem $(B)/libraries/include -ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables $(common)
# musl-gcc -static-pie links dynamically and says nothing, so the pieces of a static PIE are named one by one.
crt = $(B)/libraries/musl/$(1).o
# gcc's own (crtbeginS.o, crtendS.o) are for languages with exceptions or constructors.
# What every run needs lies in few pages: libc stands before the other libraries, beside our own, and what is only read and
# what is run share a segment.
link = $(CC) -static-pie -nostdlib -nostartfiles -Wl,--no-dynamic-linker,--gc-sections,-z,relro,-z,now,-z,noexecstack \
	-Wl,-z,noseparate-code,-Map=$(PROGRAM).map $(LDFLAGS) -o $@.linked \
	$(call crt,rcrt1) $(call crt,crti) $(OBJECTS) \
	-L$(B)/libraries/lib -Wl,--start-group $(B)/libraries/musl/libc.a -lkmod -lblkid -lzstd -llzma -lz -lgcc \
	-Wl,--end-group $(call crt,crtn)
else ifeq ($(LINK),dynamic)
name := dynamic$(if $(findstring clang,$(CC)),-clang)$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))
O := $(B)/$(name)
PROGRAM := $(O)/earlybind
sanitize := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer,-D_FORTIFY_SOURCE=2)
compile = $(CC) $(sanitize) $(common) $$(pkg-config --cflags libkmod blkid)
link = $(CC) -pie $(sanitize) -Wl,-z,relro,-z,now $(LDFLAGS) -o $@.linked $(OBJECTS) $$(pkg-config --libs libkmod blkid)
else
$(error LINK is $(LINK), but has to be static or dynamic)
endif
OBJECTS := $(PROGRAM_SOURCES:early/%.c=$(O)/%.o)

.PHONY: all objects archive setup ready check test test-all fuzz bench table demo lint format size install deb uninstall clean help FORCE
.DELETE_ON_ERROR:

all: $(PROGRAM) ## build the program (default)
objects: $(OBJECTS)
# for the tests: all but main, from the sources that there are now
archive: $(O)/early.a

$(O)/early.a: $(filter-out $(O)/main.o,$(OBJECTS))
	$(Q)rm -f $@ && ar rcs $@ $^

$(PROGRAM): $(OBJECTS) Makefile
	$(call say,LINK $@)
	$(Q)$(link)
ifeq ($(LINK),static)
	$(Q)packaging/setup/prove-static $@.linked
endif
	$(Q)mv $@.linked $@

$(O)/%.o: early/%.c $(O)/flags
	$(call say,CC $<)
	@mkdir -p $(@D)
	$(Q)$(compile) $(CFLAGS) -c -o $@ $<

# Whoever changes a flag, or the libraries, wants everything built again.
$(O)/flags: ready FORCE
	@mkdir -p $(@D)
	@{ echo '$(subst ','\'',$(compile) $(CFLAGS) $(LDFLAGS))'; readlink $(B)/libraries; } >$@.new; \
	if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

ready:
	@$(packages) build $(if $(filter dynamic,$(LINK)),dynamic)
ifeq ($(LINK),static)
	@mkdir -p $(B) && libraries=$$(packaging/setup/libraries $(B)/libraries) && ln -sfn "$$libraries" $(B)/libraries
endif

setup: ready ## install what the build needs, and build the libraries (make does it by itself)

check: all ## every test that needs no VM and no root, in seconds
	@$(packages) build dynamic check
	@tests/run unit cli

test: all ## check, the fuzzers for a minute each, and the boots of the quick set
	@$(packages) build dynamic check boot
	@tests/run unit cli fuzz boot

test-all: all ## check, the fuzzers, and every boot (the first run builds kernels: some ten minutes)
	@$(packages) build dynamic check boot kernels
	@tests/run unit cli fuzz boot-all

fuzz: ## the fuzzers, FUZZ_SECONDS each (60)
	@$(packages) build dynamic
	@tests/fuzz/run

bench: all ## time claim beside other ways and --check beside lspci in a VM, and plan on large machines
	@$(packages) build check boot
	@tests/bench/run

table: all ## a boot of each kind of image twice: what it grows by, and the time that claim and finish took
	@$(packages) build boot $(if $(MKINITCPIO),mkinitcpio)
	@tests/boot/table

demo: all ## boot a VM with two identical cards six ways, and show the screens
	@$(packages) build boot
	@tests/demo/run

C_FILES = $(shell find early tests -name '*.[ch]' | sort)
SHELL_FILES = $(shell grep -rlIE '^\#!.*(/|env )(sh|bash|dash|bats)( .*)?$$|^\# shellcheck shell=' --exclude-dir=.git --exclude-dir=build . | sort)

lint: ## formatting, static checks, and both compilers with every warning an error
	@$(packages) build dynamic lint
	$(call say,FORMAT 'clang-format')
	$(Q)clang-format --dry-run -Werror $(C_FILES)
	$(call say,SHELL 'shellcheck')
	$(Q)shellcheck $(SHELL_FILES)
	$(call say,MAN 'mandoc')
	$(Q)! (cd packaging/man && mandoc -T lint *) 2>&1 | grep -v 'lspci[ (]8' # pciutils'
	+$(Q)$(MAKE) --no-print-directory objects WERROR=yes B=$(B)/lint LINK=static CC=gcc
	+$(Q)$(MAKE) --no-print-directory objects WERROR=yes B=$(B)/lint LINK=dynamic CC=gcc
	+$(Q)$(MAKE) --no-print-directory objects WERROR=yes B=$(B)/lint LINK=dynamic CC=clang
	$(call say,CPPCHECK early)
	$(Q)cppcheck --quiet --std=c11 --enable=warning,performance,portability,style --inline-suppr --error-exitcode=1 \
		--suppress=missingIncludeSystem --suppress=uninitvar -D_GNU_SOURCE -Iearly -j $$(nproc) early
	$(call say,TIDY early)
	$(Q)printf '%s\n' $(PROGRAM_SOURCES) | xargs -P $$(nproc) -I FILE sh -c \
		'out=$$(clang-tidy --quiet FILE -- -std=c11 -D_GNU_SOURCE -Iearly 2>&1) || { printf "%s\n" "$$out" | grep -v "warnings generated"; exit 1; }'

format: ## format the C sources
	@$(packages) lint
	$(Q)clang-format -i $(C_FILES)

size: all ## what each library costs in the program, in bytes
	@packaging/setup/size $(PROGRAM)

UNITS := $(notdir $(wildcard hooks/*.service))
RULES := $(notdir $(wildcard hooks/*.rules))
# Started on the way up; udev starts it again for each screen.
WANTED := $(UNITDIR)/multi-user.target.wants
DRACUT := $(DRACUTMODULESDIR)/50earlybind
INITRAMFSTOOLS := $(patsubst initramfs-tools/%,$(INITRAMFSTOOLSDIR)/%,$(sort $(wildcard initramfs-tools/*/earlybind \
	initramfs-tools/scripts/*/earlybind))) $(POSTUPDATEDIR)/zz-earlybind
MKINITCPIO_HOOKS := install/earlybind hooks/earlybind
PAGES := $(MANDIR)/man8/earlybind.8 $(MANDIR)/man5/earlybind.conf.5
COMPLETIONS := $(BASHCOMPLETIONDIR)/earlybind $(ZSHCOMPLETIONDIR)/_earlybind $(FISHCOMPLETIONDIR)/earlybind.fish
DIRECTORIES := $(BINDIR) $(UNITDIR) $(WANTED) $(UDEVDIR) $(DRACUT) $(sort $(dir $(INITRAMFSTOOLS))) \
	$(addprefix $(MKINITCPIODIR)/,install hooks) $(DOCDIR) $(sort $(dir $(PAGES) $(COMPLETIONS)))
DOCS := $(wildcard README.md LICENSE) mkinitcpio/mkinitcpio.preset $(wildcard packaging/schema/*.json)
HOOKS := $(notdir $(wildcard dracut/50earlybind/*.sh))
INSTALLED := $(BINDIR)/earlybind $(UNITS:%=$(UNITDIR)/%) $(WANTED)/earlybind-held.service $(RULES:%=$(UDEVDIR)/%) \
	$(HOOKS:%=$(DRACUT)/%) $(INITRAMFSTOOLS) $(MKINITCPIO_HOOKS:%=$(MKINITCPIODIR)/%) \
	$(addprefix $(DOCDIR)/,$(notdir $(DOCS))) $(PAGES) $(COMPLETIONS)

# So that the tree's owner can go on building when root has installed. Not what is staged below B, nor a B elsewhere, which may
# be everybody's.
staged = $(patsubst $(CURDIR)/%,%,$(abspath $(DESTDIR)))
give_back = $(if $(filter-out /% ..%,$(B)),-$(Q)[ "$$(id -u)" != 0 ] || \
	find $(B) $(if $(DESTDIR),-path '$(staged)' -prune -o) -exec chown -h --reference=Makefile {} +)

install: all ## install into DESTDIR
	@umask 022 && LC_ALL=C mkdir -pv $(DIRECTORIES:%=$(DESTDIR)%) | \
		sed -n "s/^mkdir: created directory '\(.*\)'$$/\1/p" >>$(B)/directories-made
	$(Q)install -m 755 $(PROGRAM) $(DESTDIR)$(BINDIR)/earlybind
	$(Q)for hook in $(HOOKS); do \
		sed 's|/usr/bin/earlybind|$(BINDIR)/earlybind|' dracut/50earlybind/$$hook >$(B)/$$hook && \
		install -m 755 $(B)/$$hook $(DESTDIR)$(DRACUT)/$$hook || exit 1; done
	$(Q)for hook in $(INITRAMFSTOOLS); do \
		case $$hook in */zz-earlybind) from=post-update.d/zz-earlybind ;; *) from=$${hook#$(INITRAMFSTOOLSDIR)/} ;; esac; \
		sed 's|/usr/bin/earlybind|$(BINDIR)/earlybind|; s|^late=/usr/lib/udev/rules.d|late=$(UDEVDIR)|' \
			initramfs-tools/$$from >$(B)/hook && \
		install -m 755 $(B)/hook $(DESTDIR)$$hook || exit 1; done
	$(Q)for hook in $(MKINITCPIO_HOOKS); do \
		sed -e 's|/usr/bin/earlybind|$(BINDIR)/earlybind|' -e 's|^\(earlybind_units\)=.*|\1=$(UNITDIR)|' \
			-e 's|^\(earlybind_rules\)=.*|\1=$(UDEVDIR)|' mkinitcpio/$$hook >$(B)/hook && \
		install -m 644 $(B)/hook $(DESTDIR)$(MKINITCPIODIR)/$$hook || exit 1; done
	$(Q)for unit in $(UNITS); do \
		sed 's|/usr/bin/earlybind|$(BINDIR)/earlybind|' hooks/$$unit >$(B)/$$unit && \
		install -m 644 $(B)/$$unit $(DESTDIR)$(UNITDIR)/$$unit || exit 1; done
	$(Q)ln -sf ../earlybind-held.service $(DESTDIR)$(WANTED)/earlybind-held.service
	$(Q)for rules in $(RULES); do \
		sed 's|/usr/bin/earlybind|$(BINDIR)/earlybind|' hooks/$$rules >$(B)/$$rules && \
		install -m 644 $(B)/$$rules $(DESTDIR)$(UDEVDIR)/$$rules || exit 1; done
	$(Q)install -m 644 $(DOCS) $(DESTDIR)$(DOCDIR)
	$(Q)for page in $(PAGES); do \
		sed 's|/usr/share/doc/earlybind|$(DOCDIR)|' packaging/man/$${page##*/} >$(B)/page && \
		install -m 644 $(B)/page $(DESTDIR)$$page || exit 1; done
	$(Q)install -m 644 packaging/completions/earlybind.bash $(DESTDIR)$(BASHCOMPLETIONDIR)/earlybind
	$(Q)install -m 644 packaging/completions/_earlybind $(DESTDIR)$(ZSHCOMPLETIONDIR)
	$(Q)install -m 644 packaging/completions/earlybind.fish $(DESTDIR)$(FISHCOMPLETIONDIR)
	$(give_back)

deb: all ## a Debian package, in $(B)
	$(Q)umask 022 && rm -rf $(B)/deb && mkdir -p $(B)/deb
	$(Q)$(MAKE) --no-print-directory -s -o $(PROGRAM) install DESTDIR=$(abspath $(B))/deb PREFIX=/usr \
		ZSHCOMPLETIONDIR=/usr/share/zsh/vendor-completions
	$(Q)packaging/deb/build $(B)/deb $(B)/earlybind.deb
	$(call say,DEB $(B)/earlybind.deb)

# systemctl enable's, which may be another installation's
ENABLED := /etc/systemd/system/multi-user.target.wants/earlybind-check.service
uninstall: ## remove what install put there, with the directories it made
	rm -f $(INSTALLED:%=$(DESTDIR)%)
	@[ -e "$(DESTDIR)$$(readlink $(DESTDIR)$(ENABLED))" ] || rm -f $(DESTDIR)$(ENABLED)
	@for dir in $(DRACUT:%=$(DESTDIR)%) $(DOCDIR:%=$(DESTDIR)%); do \
		! [ -d $$dir ] || rmdir $$dir 2>/dev/null || echo "$$dir stays: it holds files that make install did not put there"; done
	@if [ -e $(B)/directories-made ]; then tac $(B)/directories-made | while read -r dir; do \
		! [ -d "$$dir" ] || rmdir --ignore-fail-on-non-empty "$$dir"; done; \
	else echo "$(B)/directories-made is gone, as after make clean: directories that make install made stay, empty"; fi

clean: ## remove everything built here (the cache outside the tree stays)
	rm -rf $(B)

help: ## print this
	@echo 'Targets:'; sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | while IFS='	' read -r name text; do \
		printf '  %-18s%s\n' "$$name" "$$text"; done
	@echo 'Settings (make NAME=VALUE), with their values:'
	@$(foreach v,$(SETTINGS),printf '  %-18s%-33s %s\n' '$v' '$($v)' "$$(sed -n 's/^## $v: //p' Makefile)";)

-include $(OBJECTS:.o=.d)
