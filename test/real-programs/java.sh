# A JVM compiles a program and runs it.
set -eu
cp "$HERE/Work.java" .
javac -d classes Work.java
status=0
java -Xmx64m -XX:-UsePerfData -cp classes Work || status=$?
exit "$status"
