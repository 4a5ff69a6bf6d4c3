#!/bin/sh
# Runs a command with a PostgreSQL server of its own, so that the store's tests cover it:
#   server/with-postgres.sh cargo test -p transom-server --lib store
# The server listens on a socket in a temporary directory and goes with the command. Where
# PostgreSQL is not installed, or TRANSOM_TEST_POSTGRES_URL names a server already, the command
# just runs.
set -eu

[ $# -gt 0 ] || { echo "usage: $0 command [argument...]" >&2; exit 2; }
[ -z "${TRANSOM_TEST_POSTGRES_URL:-}" ] || exec "$@"

bin=
for directory in "$(pg_config --bindir 2>/dev/null || true)" /usr/lib/postgresql/*/bin /usr/local/bin /usr/bin; do
    if [ -n "$directory" ] && [ -x "$directory/initdb" ] && [ -x "$directory/pg_ctl" ]; then bin=$directory; fi
done
if [ -z "$bin" ]; then
    echo "PostgreSQL is not installed: its half of the store's tests does not run" >&2
    exec "$@"
fi

# PostgreSQL refuses to run as root.
as_owner() {
    if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --init-groups "$@"; else "$@"; fi
}

place=$(mktemp -d)
finish() {
    as_owner "$bin/pg_ctl" stop -D "$place/data" -m immediate -s 2>/dev/null || true
    rm -rf "$place"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
if [ "$(id -u)" = 0 ]; then chown postgres:postgres "$place"; fi
cd "$place"
as_owner "$bin/initdb" -D "$place/data" -U transom -A trust -E UTF8 --locale=C -N >/dev/null
as_owner "$bin/pg_ctl" start -D "$place/data" -s -w -l "$place/log" -o \
    "-c listen_addresses='' -c unix_socket_directories='$place' -c fsync=off -c max_connections=400" \
    || { cat "$place/log" >&2; exit 1; }
cd "$OLDPWD"

TRANSOM_TEST_POSTGRES_URL="postgres://transom@localhost/postgres?host=$(printf %s "$place" | sed 's|/|%2F|g')" "$@"
