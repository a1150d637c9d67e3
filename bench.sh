#!/bin/sh
# ./bench.sh NAME [--quick] [--format json]: runs bench/NAME, its own run.sh or else its project in Release.
set -eu
cd "$(dirname "$0")"
name=${1:-}
if [ -z "$name" ] || [ ! -d "bench/$name" ]; then
    echo "usage: ./bench.sh NAME [--quick] [--format json]; NAME is one of: $(ls bench | tr '\n' ' ')" >&2
    exit 2
fi
shift
if [ -x "bench/$name/run.sh" ]; then
    exec "bench/$name/run.sh" "$@"
fi
exec dotnet run --project "bench/$name" -c Release -- "$@"
