# A login by sshd: with and without a terminal, a refused key, and a session that a signal ends.
set -eu
mkdir -p /run/sshd
umask 077
ssh-keygen -q -t ed25519 -N '' -f host
ssh-keygen -q -t ed25519 -N '' -f key
ssh-keygen -q -t ed25519 -N '' -f stranger
cp key.pub authorized
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >sshd.conf <<CONF
ListenAddress 127.0.0.1:$port
HostKey $PWD/host
AuthorizedKeysFile $PWD/authorized
PidFile $PWD/sshd.pid
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
PrintMotd no
PrintLastLog no
LogLevel QUIET
CONF
/usr/sbin/sshd -f sshd.conf
trap 'kill "$(cat sshd.pid)" 2>/dev/null || :' EXIT
until [ -s sshd.pid ]; do sleep 0.02; done
login() {
  identity=$1
  shift
  ssh -F none -p "$port" -i "$identity" -o IdentitiesOnly=yes -o BatchMode=yes -o LogLevel=ERROR \
    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o GlobalKnownHostsFile=/dev/null "$@"
}
echo "through the channel" | login key "$(id -un)@127.0.0.1" 'cat; id -un; exit 7' || echo "status $?"
login key -tt "$(id -un)@127.0.0.1" 'tty | sed s/[0-9]*$//; stty -a | grep -o "rows [0-9]*"; exit 8' </dev/null |
  tr -d '\r' || :
login stranger "$(id -un)@127.0.0.1" true 2>&1 | sed 's/.*: Permission/Permission/' || :
login key "$(id -un)@127.0.0.1" 'kill -TERM $$' || echo "status $?"
kill "$(cat sshd.pid)"
while [ -e sshd.pid ]; do sleep 0.02; done
trap - EXIT
rm -f host host.pub key key.pub stranger stranger.pub authorized sshd.conf
exit 6
