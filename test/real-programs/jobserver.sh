# make -j with a jobserver that a make below it shares: jobs that wait for each other end only where they run at
# the same time.
set -eu
mkdir below
cat >Makefile <<'MAKE'
all:
	+$(MAKE) --no-print-directory -C below all
MAKE
cat >below/Makefile <<'MAKE'
all: one two three
	@cat one two three
one:
	@touch one.here; while [ ! -e two.here ]; do sleep 0.01; done; echo one >$@
two:
	@touch two.here; while [ ! -e three.here ]; do sleep 0.01; done; echo two >$@
three:
	@touch three.here; while [ ! -e one.here ]; do sleep 0.01; done; echo three >$@
MAKE
make -s -j3
printf 'fail:\n\t@exit 3\n' >failing
make -s -f failing || exit $?
