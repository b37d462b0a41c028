# medsched: built with PGXS, against any PostgreSQL 15 or later.

EXTENSION = medsched
MODULE_big = medsched

# The version is the control file's, and nowhere else.
version := $(shell sed -n "s/^default_version *= *'\([^']*\)'.*/\1/p" medsched.control)

# The extension's SQL: sql/ and this edition's side of the seam, sql/native/, in
# the order of the files' names; of two of one name, the seam's comes first.
EDITION = native
names := $(sort $(notdir $(wildcard sql/[0-9]*.sql sql/$(EDITION)/[0-9]*.sql)))
topics := $(foreach name,$(names),$(wildcard sql/$(EDITION)/$(name)) $(wildcard sql/$(name)))

# The managed edition: one file that anything that sends SQL runs as it is, and the
# same wrapped for pg_tle.
managed_begin := sql/00-begin.sql sql/managed/00-schema.sql
managed_names := $(filter-out $(notdir $(managed_begin)),$(sort $(notdir $(wildcard sql/[0-9]*.sql sql/managed/[0-9]*.sql))))
managed_topics := $(foreach name,$(managed_names),$(wildcard sql/managed/$(name)) $(wildcard sql/$(name)))
managed_script = $(EXTENSION)-managed--$(version).sql
tle_script = $(EXTENSION)-tle--$(version).sql

install_script = sql/$(EXTENSION)--$(version).sql
# An update leads from any released version straight to this one: it does what
# sql/updates/ has of the versions in between, then runs the same files as an
# installation.
updates := $(shell ls sql/updates/*.sql | sort -V)
released := $(foreach update,$(updates),$(word 2,$(subst --, ,$(update))))
# Of 0.1.0 there was no managed edition.
managed_updates := $(filter-out %--0.1.0--0.2.0.sql,$(updates))
update_scripts := $(released:%=sql/$(EXTENSION)--%--$(version).sql)
DATA_built = $(install_script) $(update_scripts)

# What is written with libical is a library of its own, which the first calendar of a session loads.
ical_library = $(EXTENSION)_ical$(DLSUFFIX)
ical_objects = $(patsubst %.c,%.o,$(sort $(wildcard src/libical/*.c)))
OBJS = $(filter-out $(ical_objects),$(patsubst %.c,%.o,$(sort $(wildcard src/*/*.c))))

PG_CONFIG ?= pg_config
PKG_CONFIG ?= pkg-config

# Only cleaning up and the managed edition do without libical.
ifneq ($(filter-out clean managed tle,$(or $(MAKECMDGOALS),all)),)
ifneq ($(shell $(PKG_CONFIG) --exists 'libical >= 3.0' && echo yes),yes)
$(error libical 3 or later not found by $(PKG_CONFIG); on Debian and Ubuntu: apt-get install pkg-config libical-dev)
endif
endif

# PostgreSQL's headers are a system's: our warnings are about our own code.
PG_CPPFLAGS = -I$(srcdir)/src $(shell $(PKG_CONFIG) --cflags libical) -isystem $(shell $(PG_CONFIG) --includedir-server)
PG_CFLAGS = -Wall -Wextra

# Libraries see each other's symbols, but on macOS: none but the entry points is for others.
exports = $(EXTENSION).exports
ifneq ($(shell uname),Darwin)
SHLIB_LINK = -Wl,--version-script=$(exports)
endif

REGRESS := $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --outputdir=build/regress --load-extension=pgtap --load-extension=$(EXTENSION)
ISOLATION := $(patsubst test/isolation/specs/%.spec,%,$(sort $(wildcard test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test/isolation --outputdir=build/isolation --load-extension=$(EXTENSION)

EXTRA_CLEAN = build $(ical_library) $(ical_objects) $(wildcard $(EXTENSION)-managed--*.sql $(EXTENSION)-tle--*.sql) $(exports)

# The managed edition is text, and takes nothing of PostgreSQL's.
ifneq ($(filter-out managed tle,$(or $(MAKECMDGOALS),all)),)
# Debian has pg_config and pgxs.mk without the headers.
major = $(shell $(PG_CONFIG) --version | sed -n 's/^PostgreSQL \([0-9]*\).*/\1/p')
ifeq ($(wildcard $(shell $(PG_CONFIG) --includedir-server)/postgres.h),)
$(error no headers of a PostgreSQL server found by $(PG_CONFIG); on Debian and Ubuntu: apt-get install postgresql-server-dev-$(or $(major),all))
endif
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)
endif

# What the files leave to make.  Every RAISE with an ERRCODE gets the field that tells our errors
# from the application's, which has the same SQLSTATEs; where it states one itself, beside the ERRCODE, it
# raises an error again that may be the application's.
comment := $(shell sed -n "s/^comment *= *'\([^']*\)'.*/\1/p" medsched.control)
fill_in = sed "s/@VERSION@/$(version)/g; s/@COMMENT@/$(comment)/g; /SCHEMA = /!s/ERRCODE = /SCHEMA = 'medsched', &/"

$(install_script): $(topics) medsched.control Makefile
	printf '%s\n\n' '\echo Use "CREATE EXTENSION $(EXTENSION)" to load this file. \quit' > $@
	cat /dev/null $(topics) | $(fill_in) >> $@

$(update_scripts): $(updates) $(topics) medsched.control Makefile
	printf '%s\n\n' '\echo Use "ALTER EXTENSION $(EXTENSION) UPDATE" to load this file. \quit' > $@
	cat $(firstword $(topics)) \
		$$(ls $(updates) | sort -V | sed -n '/--$(word 2,$(subst --, ,$@))--/,$$p') \
		$(wordlist 2,$(words $(topics)),$(topics)) | $(fill_in) >> $@

.PHONY: managed
managed: $(managed_script)

# The steps of an update run where the version that is there is an earlier one than they lead to.
$(managed_script): sql/managed/file.sql $(managed_begin) $(managed_updates) $(managed_topics) medsched.control Makefile
	@{ sed '/^@BEGIN@$$/,$$d' $<; cat $(managed_begin); \
	  sed '1,/^@BEGIN@$$/d; /^@UPDATES@$$/,$$d' $<; \
	  for update in $(managed_updates); do \
	    to=$${update##*--}; printf "IF there < string_to_array('%s', '.')::int[] THEN\n" "$${to%.sql}"; cat $$update; echo 'END IF;'; \
	  done; \
	  sed '1,/^@UPDATES@$$/d; /^@TOPICS@$$/,$$d' $<; cat $(managed_topics); sed '1,/^@TOPICS@$$/d' $<; } | $(fill_in) > $@.new
	@mv $@.new $@

.PHONY: tle
tle: $(tle_script)

# An update leads straight to this version, as those of the extension do.
$(tle_script): sql/managed/tle.sql $(managed_begin) $(managed_updates) $(managed_topics) medsched.control Makefile
	@{ sed '/^@BEGIN@$$/,$$d' $<; cat $(managed_begin); \
	  sed '1,/^@BEGIN@$$/d; /^@TOPICS@$$/,$$d' $<; cat $(managed_topics); \
	  sed '1,/^@TOPICS@$$/d; /^@UPDATES@$$/,$$d' $<; \
	  for from in $(foreach update,$(managed_updates),$(word 2,$(subst --, ,$(update)))); do \
	    printf "  PERFORM pgtle.install_update_path('medsched', '%s', '@VERSION@', begun || \$$medsched_steps\$$\n" $$from; \
	    cat $$(ls $(managed_updates) | sort -V | sed -n "/--$$from--/,\$$p"); printf '$$medsched_steps$$ || topics);\n'; \
	  done; \
	  sed '1,/^@UPDATES@$$/d' $<; } | $(fill_in) > $@

$(exports): $(wildcard src/*/*.c) Makefile
	{ printf '{ global: Pg_magic_func; _PG_init;\n'; \
	  sed -n 's/^PG_FUNCTION_INFO_V1(\([a-z0-9_]*\));/\1; pg_finfo_\1;/p' $(filter %.c,$^); \
	  printf 'local: *; };\n'; } > $@

$(EXTENSION)$(DLSUFFIX): $(exports)

$(ical_library): $(ical_objects)
	$(LINK.shared) -o $@ $^ $(LDFLAGS) $(LDFLAGS_SL) $(BE_DLLLIBS) $(shell $(PKG_CONFIG) --libs libical)

all: $(ical_library)

install: install-ical
uninstall: uninstall-ical

.PHONY: install-ical uninstall-ical
install-ical: $(ical_library) installdirs
	$(INSTALL_SHLIB) $(ical_library) '$(DESTDIR)$(pkglibdir)/'

uninstall-ical:
	rm -f '$(DESTDIR)$(pkglibdir)/$(ical_library)'

# Whoever edits a header rebuilds everything: it takes seconds.
$(OBJS) $(OBJS:.o=.bc) $(ical_objects): $(wildcard src/*/*.h) Makefile

installcheck: build-directories

.PHONY: build-directories
build-directories:
	mkdir -p build/regress build/isolation
