# A PostgreSQL server: a cluster is made, filled, worked on by four clients at a time, and stopped.
set -eu
programs=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
PATH="$programs:$PATH"
export PGHOST="$PWD/socket" PGUSER=postgres PGDATABASE=postgres PGTZ=UTC
if [ "$(id -u)" = 0 ] && [ -z "${AS_POSTGRES:-}" ]; then # it refuses to run as root
  chown postgres .
  exec setpriv --reuid postgres --regid postgres --init-groups env AS_POSTGRES=1 sh "$0"
fi
mkdir socket
initdb -D data -A trust --no-sync --locale=C -E UTF8 >/dev/null
pg_ctl -D data -w -s -l log -o "-k '$PGHOST' -h '' -c fsync=off" start
trap 'pg_ctl -D data -w -s -m immediate stop || :' EXIT
pgbench -i -q -s 1 2>/dev/null
pgbench -n -c 4 -j 2 -t 25 --random-seed=1 2>&1 | grep -E '^(number of|transaction type)'
psql -At -c 'select count(*), sum(delta) from pgbench_history' \
  -c 'select sum(abalance) from pgbench_accounts' \
  -c 'select sum(bbalance) from pgbench_branches'
pgbench -n -c 2 -t 50 -S --random-seed=1 2>&1 | grep -E '^(number of|transaction type)'
# A backend is cancelled by a signal, another one is ended.
psql -At -c "set statement_timeout = '100ms'" -c 'select pg_sleep(100)' 2>&1 || echo "status $?"
psql -At -c 'select pg_terminate_backend(pg_backend_pid())' 2>&1 | head -n 1 || :
pg_ctl -D data -w -s reload
psql -At -c 'vacuum' -c 'select 1'
pg_ctl -D data -w -s -m fast stop
trap - EXIT
tail -n 1 log | sed 's/.*LOG/LOG/'
rm -rf data socket log
exit 5
