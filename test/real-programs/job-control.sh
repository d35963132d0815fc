# An interactive shell with jobs: stopped, continued, interrupted, quit, and one that reads from behind.
# No "wait -f": bash 5.2 loops for ever in it, once in some 50 untraced runs, where the job dies first.
cat >rc <<'RC'
PS1='$ '
PS2=
RC
status=0
TERM=dumb python3 "$HERE/terminal.py" bash --noprofile --rcfile rc -i <<'STEPS' >shown || status=$?
[
  {"prompt": "$ "}, {"type": "sleep 100\n"},
  {"runs": ["sleep"]}, {"type": "\u001a"},
  {"prompt": "$ "}, {"type": "jobs\n"},
  {"prompt": "$ "}, {"type": "bg\n"},
  {"prompt": "$ "}, {"type": "fg\n"},
  {"runs": ["sleep"]}, {"type": "\u0003"},
  {"prompt": "$ "}, {"type": "echo $?\n"},
  {"prompt": "$ "}, {"type": "cat | tr a-z A-Z >upper\n"},
  {"runs": ["cat", "tr"]}, {"type": "hello\n"}, {"shows": "hello"}, {"type": "\u0004"},
  {"prompt": "$ "}, {"type": "cat upper\n"},
  {"prompt": "$ "}, {"type": "cat & until jobs | grep -q Stopped; do sleep 0.05; done; kill -9 %1\n"},
  {"prompt": "$ "}, {"type": "while kill -0 %1 2>/dev/null; do sleep 0.05; done; echo waited\n"},
  {"prompt": "$ "}, {"type": "sleep 100 | sleep 100\n"},
  {"runs": ["sleep", "sleep"]}, {"type": "\u001c"},
  {"prompt": "$ "}, {"type": "head -n 1 >line\n"},
  {"runs": ["head"]}, {"type": "typed\n"},
  {"prompt": "$ "}, {"type": "cat line; setsid -w echo session; exit 3\n"}
]
STEPS
# At which prompt bash tells that the job behind has stopped or died is chance.
grep -Ev '^$|^\[1\] [0-9]+$|cat$' shown
rm shown
exit "$status"
