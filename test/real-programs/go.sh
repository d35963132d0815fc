# Go's tools build a program, and it runs.
set -eu
export GOCACHE="$CACHE/go" GOFLAGS=-mod=mod GOTOOLCHAIN=local GOPROXY=off GOTELEMETRY=off
cp "$HERE/work.go" .
printf 'module example.test/work\n\ngo 1.19\n' >go.mod
go build -o work .
status=0
./work || status=$?
rm work
exit "$status"
