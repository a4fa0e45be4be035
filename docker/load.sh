#!/bin/sh
# Send metric points (HEC events, one JSON object a line, gzip) to Splunk's HTTP Event Collector, 2,000 a request:
#
#     sh docker/load.sh POINTS.json.gz [options of curl]
#
# SPLUNK_HEC_TOKEN must be in the environment; SPLUNK_HEC_URL is https://127.0.0.1:8088 unless it says otherwise.
# The requests wait in POINTS.json.gz.requests, and each is deleted once Splunk has taken it: after an error, run the
# command again, and it goes on with the first request that was not taken.
set -eu
file=${1:?name the file with the points}
shift
: "${SPLUNK_HEC_TOKEN:?is not set; docker/.env holds it}"
requests=$file.requests
if [ ! -d "$requests" ]; then
    gzip -t "$file"
    rm -rf "$requests.new" && mkdir "$requests.new"
    gzip -dc "$file" | split -l 2000 -a 4 - "$requests.new/"
    mv "$requests.new" "$requests"
fi
for request in "$requests"/*; do
    [ -e "$request" ] || { echo "$file: holds no points" >&2; rmdir "$requests"; exit 1; }
    # The token goes to curl through a pipe: the list of processes would show an argument.
    answer=$(printf 'Authorization: Splunk %s\n' "$SPLUNK_HEC_TOKEN" | curl --silent --show-error --fail-with-body \
        --header @- --data-binary "@$request" --max-time 30 --retry 8 --retry-connrefused "$@" \
        "${SPLUNK_HEC_URL:-https://127.0.0.1:8088}/services/collector/event") ||
        { echo "$request: not taken: $answer" >&2; exit 1; }
    rm "$request"
done
rmdir "$requests"
echo "$file: all points sent"
