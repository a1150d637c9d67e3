#!/bin/sh
# Breaks the rollout machine of Slipway.Core in every small way (Stryker) and counts how many breaks the tests see. Takes about an hour.
set -eu
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 SLIPWAY_FEWER_RUNS="${SLIPWAY_FEWER_RUNS:-1000}" CsCheck_Iter="${CsCheck_Iter:-20}"
dotnet tool restore
cd tests/Slipway.Core.Tests
dotnet stryker "$@"
