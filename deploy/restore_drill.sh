#!/bin/sh
# A drill: restore a backup into an empty database and a folder of its own, and verify it. Nothing of the running site is touched.
#   sh deploy/restore_drill.sh BACKUP DATABASE_URL      DATABASE_URL: an empty PostgreSQL database, or sqlite:////a/new/file.sqlite3
# Head file and key (or LOG_PUBLIC_KEY) are those of the environment; the head file is read, never written.
set -eu
[ $# = 2 ] || { sed -n '2,4s/^# //p' "$0"; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$(dirname "$0")/.."
if [ -n "${LOG_HEAD_FILE:-}" ] && [ -f "$LOG_HEAD_FILE" ]; then cp "$LOG_HEAD_FILE" "$folder/log.head"; fi
export DATABASE_URL="$2" MEDIA_ROOT="$folder/media" LOG_HEAD_FILE="$folder/log.head"
# A backup of yesterday is older than the head of today: that is expected in a drill.
.venv/bin/python manage.py restore "$1" --older
# Against the head that was in the backup.
if tar -xOf "$1" log.head > "$folder/own.head" 2>/dev/null; then .venv/bin/python manage.py verify --head "$folder/own.head"; else .venv/bin/python manage.py verify; fi
