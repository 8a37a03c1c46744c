#!/bin/sh
# curl_jq.sh URL: all pages of Read Events as one event a line, with curl for each page and jq for its events.
set -eu
page=$(mktemp)
trap 'rm -f "$page"' EXIT
next=$1
while [ -n "$next" ]; do
    curl --silent --show-error --fail --header "Authorization: Bearer token" "$next" |
        jq --raw-output --compact-output '(.pages.next_page // ""), .events[]' >"$page"
    read -r next <"$page"
    tail -n +2 "$page"
done
