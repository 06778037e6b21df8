#!/usr/bin/env bash
# Does in an empty folder what the README's "Quick start" says, to the letter: its commands, its Program.cs, its page. It has the SDK and the packed packages, and ends with a comment
# that came over a socket. Usage: eng/first-five-minutes.sh [folder of the packages, default artifacts/packages; make them with dotnet pack -c Release]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
packages=$(cd "${1:-$root/artifacts/packages}" && pwd)
ls "$packages"/Pipulate.AspNetCore.*.nupkg >/dev/null || { echo "There are no packages in $packages: dotnet pack -c Release"; exit 1; }

work=$(mktemp -d)
app=
finish() {
  if [ -n "$app" ]; then kill -- "-$app" 2>/dev/null || true; wait "$app" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT
step() { printf '%3s s  %s\n' "$SECONDS" "$1"; }

# Packages of an older build under the same version lie in the machine's cache; here there is none.
export NUGET_PACKAGES=$work/nuget MSBUILDDISABLENODEREUSE=1 DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
unset OLLAMA_HOST ASPNETCORE_URLS ASPNETCORE_ENVIRONMENT
mkdir "$work/empty"
cd "$work/empty"
printf '<configuration><packageSources><add key="pipulate-packed" value="%s" /></packageSources></configuration>\n' "$packages" >nuget.config

# The n-th block of a language in the section.
block() {
  awk -v fence="\`\`\`$1" -v wanted="$2" '
    /^## /  { inside = $0 == "## Quick start" }
    !inside { next }
    /^```/  { open = !open; shown = open && $0 == fence && ++n == wanted; next }
    shown' "$root/README.md"
}

commands=$(block bash 1)
program=$(block csharp 1)
page=$(block cshtml 1)
run=$(block bash 2)
[ -n "$commands" ] && [ -n "$program" ] && [ -n "$page" ] && [ "$run" = 'dotnet run' ] || { echo 'The quick start of the README is not what this script can follow.'; exit 1; }

while IFS= read -r line; do
  step "$line"
  eval "$line" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
done <<<"$commands"
step 'Program.cs'
printf '%s\n' "$program" >Program.cs
step 'Pages/Index.cshtml'
mkdir Pages
printf '%s\n' "$page" >Pages/Index.cshtml
step "$run"
set -m
$run --urls=http://127.0.0.1:0 --Pipulate:Ollama:Endpoint=http://127.0.0.1:9 >"$work/log" 2>&1 &
app=$!
set +m
until address=$(grep -oE 'http://127\.0\.0\.1:[0-9]+' "$work/log" | head -n 1) && [ -n "$address" ]; do
  kill -0 "$app" 2>/dev/null || { cat "$work/log"; exit 1; }
  sleep 0.1
done

step "a page at $address"
cp "$root/eng/Listen.cs" "$work"
cd "$work"
comment=$(dotnet run Listen.cs -- "$address" /bell)
echo "heard after $SECONDS s: $comment"
