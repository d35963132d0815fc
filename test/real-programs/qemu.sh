# qemu-user: an emulator that keeps signal handlers, threads and a seccomp of its own apart.
set -u
qemu-x86_64 /bin/sh -c 'echo emulated; kill -TERM $$'
echo "status $?"
qemu-x86_64 /bin/ls -d /
qemu-x86_64 /usr/bin/env -i A=b /usr/bin/env
qemu-x86_64 "$FIXTURE"
echo "status $?"
exit 13
