#!/bin/sh
# Gives the database's password to the client library where it looks for it, then becomes Yakin.
set -eu
password=/run/secrets/database_password
if [ -r "$password" ]; then
  umask 077
  printf 'database:5432:yakin:yakin:%s\n' "$(sed 's/[\\:]/\\&/g' "$password")" >"$HOME/.pgpass"
fi
exec /opt/yakin/.venv/bin/python /opt/yakin/runner.py "$@"
