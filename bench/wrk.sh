#!/bin/sh
# D7: requests per second of one endpoint with [ChatCommentary] and without, asked in turn while the model speaks. Needs wrk and curl.
# Usage: bench/wrk.sh [rounds] [seconds]
set -eu
cd "$(dirname "$0")/.."
rounds=${1:-5} seconds=${2:-3} address=http://127.0.0.1:5199
dotnet build bench/Pipulate.Benchmarks -c Release -v q >/dev/null
artifacts/bin/Pipulate.Benchmarks/release/Pipulate.Benchmarks serve $address &
server=$!
script=$(mktemp)
trap 'kill $server; rm -f "$script" "$script.out"' EXIT
until curl -so /dev/null $address/visitor; do sleep 0.2; done

ask() { # path
  # Sixteen visitors, new each time: a conversation keeps what is put into it, and the model speaks to all of them that it may.
  {
    echo 'wrk.method = "POST"'
    echo 'local cookies, requests, turn = {}, {}, 0'
    for _ in $(seq 16); do
      curl -si $address/visitor | sed -n 's/^[Ss]et-[Cc]ookie: \([^;]*\);.*/cookies[#cookies + 1] = "\1"/p'
    done
    echo 'function init() for i, cookie in ipairs(cookies) do wrk.headers.Cookie = cookie; requests[i] = wrk.format() end end'
    echo 'function request() turn = turn % #requests + 1; return requests[turn] end'
  } >"$script"
  wrk -t1 -c16 -d"${seconds}s" -s "$script" "$address/$1/7?title=Milk" >"$script.out"
  if grep -q 'Non-2xx' "$script.out"; then cat "$script.out" >&2; exit 1; fi
  awk '/Requests\/sec/ { print $2 }' "$script.out"
}

ask plain >/dev/null; ask marked >/dev/null; ask plain >/dev/null # warm
i=0
while [ $i -lt "$rounds" ]; do
  plain=$(ask plain) marked=$(ask marked)
  echo "$plain $marked" | awk '{ printf "plain %s/s  marked %s/s  ratio %.3f\n", $1, $2, $2 / $1 }'
  i=$((i + 1))
done
