#!/bin/sh
# Gives the database's password to the client library the way it wants it, then becomes Yakin.
set -eu
password=/run/secrets/database_password
if [ -r "$password" ]; then
  PGPASSFILE=/tmp/pgpass
  export PGPASSFILE
  umask 077
  printf 'database:5432:yakin:yakin:%s\n' "$(sed 's/[\\:]/\\&/g' "$password")" >"$PGPASSFILE"
fi
exec /opt/yakin/.venv/bin/python /opt/yakin/runner.py "$@"
