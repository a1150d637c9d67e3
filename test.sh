#!/usr/bin/env bash
# Installs the real servers that the tests use (Debian packages, if missing and if root), builds everything and runs every test.
# Ends with one plain line: N passed, N failed. SLIPWAY_REQUIRE_REAL=1: a test that lacks its server fails instead of being skipped.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
[ "${CI:-}" = "true" ] && export SLIPWAY_REQUIRE_REAL="${SLIPWAY_REQUIRE_REAL:-1}"
# Processes that live for seconds pay for what the compiler would learn and never use it.
export DOTNET_TieredPGO="${DOTNET_TieredPGO:-0}"
export SLIPWAY_STORMS="${SLIPWAY_STORMS:-2000}"

# command:package
real="chromium:chromium setsid:util-linux ip:iproute2 pg_ctlcluster:postgresql prometheus:prometheus"
missing=""
for pair in $real; do
    command -v "${pair%%:*}" >/dev/null || missing="$missing ${pair##*:}"
done
if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing:$missing"
    (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing) >/tmp/slipway-apt.log 2>&1 \
        || echo "could not install:$missing (tests that need them are skipped, or fail with SLIPWAY_REQUIRE_REAL=1)"
fi

command -v dotnet >/dev/null || { echo "the .NET SDK 10 is needed: https://dotnet.microsoft.com/download"; echo "0 passed, 1 failed"; exit 1; }
if ! dotnet build slipway.slnx -c Release -v quiet; then
    echo "the build failed"
    echo "0 passed, 1 failed"
    exit 1
fi

# A project that hangs fails, and names the tests that hang.
longest=1500
passed=0 failed=0 skipped=0 log=$(mktemp)
trap 'rm -f "$log"' EXIT
options=(-noColor -noLogo -noAutoReporters -longRunning 300)
[ "${SLIPWAY_REQUIRE_REAL:-}" = 1 ] && options+=(-failSkips)
for project in tests/*.Tests; do
    name=$(basename "$project")
    echo "== $name"
    timeout --foreground --kill-after=10 "$longest" "$project/bin/Release/net10.0/$name" "${options[@]}" "$@" >"$log" 2>&1
    code=$?
    [ "$code" = 124 ] && echo "$name did not end within $longest s: what ran to the last is above" >>"$log"
    summary=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+' "$log" | tail -n 1)
    count() { echo "$summary" | sed -n "s/.*$1: \([0-9]*\).*/\1/p"; }
    total=$(count Total) errors=$(count Errors) bad=$(count Failed) left=$(count Skipped)
    bad=$(( ${bad:-0} + ${errors:-0} ))
    [ "$code" != 0 ] && [ "$bad" = 0 ] && bad=1
    if [ "$bad" != 0 ]; then cat "$log"; else grep -E '\[SKIP\]' "$log"; fi
    ok=$(( ${total:-0} - bad - ${left:-0} ))
    [ "$ok" -lt 0 ] && ok=0
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + ${left:-0}))
    echo "   $ok of ${total:-0}"
done

line="$passed passed, $failed failed"
[ "$skipped" -gt 0 ] && line="$line, $skipped skipped"
echo "$line"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
