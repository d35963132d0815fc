#!/bin/sh
# Makes the root folder of the image from the machine that it runs on: node, tini and their libraries,
# a busybox for `docker exec` and healthchecks, and the built package from /build. In the Dockerfile's build
# stage; $1 is the folder.
set -eu
root=$1

# A program, with the loader and the libraries that it names, at their own paths.
install_program() {
  for file in "$1" $(ldd "$1" | grep -o '/[^ ]*'); do
    mkdir -p "$root$(dirname "$file")"
    cp -L "$file" "$root$file"
  done
}

node=$(command -v node)
install_program "$node"
install_program "$(command -v tini)"
# The symbol table of its functions: a fifth of the program, and for debuggers alone. What addons link
# against is the dynamic one, which stays.
strip --strip-unneeded "$root$node"

mkdir -p "$root/bin" "$root/usr/bin"
cp "$(command -v busybox)" "$root/bin/busybox"
for applet in cat env id kill ls ps sh sleep test touch; do
  ln -s busybox "$root/bin/$applet"
done
# Of the first lines of scripts.
ln -s ../../bin/busybox "$root/usr/bin/env"

mkdir -p "$root/etc" "$root/run/ptraced" "$root/opt/ptraced" "$root/usr/local/bin"
mkdir -m 1777 "$root/tmp"
# Names of users and groups, as of --socket-group.
cp /etc/passwd /etc/group /etc/nsswitch.conf "$root/etc/"

cd /build
cp -r package.json node_modules prebuilds dist deploy "$root/opt/ptraced/"
chmod -R a-w "$root/opt/ptraced"
ln -s /opt/ptraced/dist/bin/ptraced "$root/usr/local/bin/ptraced"
ln -s /opt/ptraced/dist/bin/ptracectl "$root/usr/local/bin/ptracectl"
