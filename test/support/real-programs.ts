/** Real programs that tests run under several tracers and under none. */

/** A program to run in a folder that `fill` has filled. */
export interface RealProgram {
  name: string;
  argv: string[];
  /** Threads race, or a death with whoever waits for it: only output, status and files are compared. */
  racing?: boolean;
  /** Files whose content carries a time. */
  timed?: RegExp;
}

const sh = (script: string): string[] => ['sh', '-c', script];
const bash = (script: string): string[] => ['bash', '-c', script];
/** Where a program's heap lies decides which calls it makes to grow it. */
const fixedLayout = (...argv: string[]): string[] => ['setarch', '--addr-no-randomize', ...argv];
const git = 'git -c user.name=a -c user.email=a@b -c init.defaultBranch=main -c gc.auto=0';
const gitDates =
  'export GIT_AUTHOR_DATE=2000-01-01T00:00:00Z GIT_COMMITTER_DATE=2000-01-01T00:00:00Z';

/** Programs of all sorts: of one process and of many, with threads, signals, sockets, compilers. */
export const realPrograms: RealProgram[] = [
  { name: 'true', argv: ['true'] },
  { name: 'ls -l', argv: ['ls', '-l', '--time-style=+', '.'] },
  { name: 'ls of what is not there', argv: ['ls', 'missing', 'text'] },
  { name: 'cat', argv: ['cat', 'text', 'short'] },
  { name: 'cp -r', argv: ['cp', '-r', 'deep', 'copy'] },
  { name: 'mv, ln, rm, mkdir', argv: sh('mv text moved; ln -s moved link; mkdir new; rm short') },
  { name: 'find', argv: ['find', '.', '-name', '*o*', '-type', 'f'] },
  { name: 'tar', argv: sh('tar --mtime=@0 --sort=name -cf all.tar text deep && tar -tf all.tar') },
  { name: 'gzip', argv: sh('gzip -n text && gzip -dc text.gz >again && tail -n 1 again') },
  { name: 'sort', argv: ['sort', '-k', '2', '--parallel=1', 'text'] },
  { name: 'awk', argv: ['awk', '{ n[$2]++ } END { for (w in n) print w, n[w] }', 'text'] },
  { name: 'sed -i', argv: ['sed', '-i', 's/fox/cat/', 'text'] },
  { name: 'grep -r', argv: ['grep', '-rn', 'one', '.'] },
  { name: 'head and tail', argv: sh('head -n 3 text; tail -n 3 text') },
  {
    name: 'wc, cut, tr, uniq',
    argv: sh('cut -d" " -f2 <short | tr a-z A-Z | sort | uniq -c | wc -l'),
  },
  { name: 'dd', argv: ['dd', 'if=text', 'of=out', 'bs=512', 'count=20', 'status=none'] },
  { name: 'sha256sum', argv: ['sha256sum', 'text', 'short', 'main.c'] },
  { name: 'stat', argv: ['stat', '-c', '%s %f %n', 'text', 'deep'] },
  { name: 'du', argv: ['du', '-a', '--apparent-size', 'deep'] },
  { name: 'id', argv: ['id'] },
  { name: 'env', argv: ['env', '-i', 'A=b', 'sh', '-c', 'echo $A'] },
  { name: 'date', argv: ['date', '-u', '-d', '@0'] },
  { name: 'timeout', argv: ['timeout', '--foreground', '10', 'echo', 'in time'] },
  {
    name: 'timeout that runs out',
    argv: ['timeout', '--foreground', '0.2', 'sleep', '10'],
    racing: true,
  },
  { name: 'nice', argv: ['nice', '-n', '5', 'nice'] },
  { name: 'sh pipeline', argv: sh('cat short | grep fox | sort -r | head -n 5') },
  { name: 'sh with failing commands', argv: sh('false; missing-command; exit 3') },
  { name: 'sh trap', argv: sh('trap "echo trapped" USR1; kill -USR1 $$; echo on') },
  { name: 'sh here-document', argv: sh('cat <<X\none\ntwo\nX') },
  { name: 'bash loop', argv: bash('for i in {1..20}; do echo $((i * i)); done') },
  {
    name: 'bash with children',
    argv: bash('for i in 1 2 3; do /bin/echo $i; done; (exit 4); echo $?'),
  },
  {
    name: 'bash process substitution',
    argv: bash('diff <(sort short) <(sort -r short) | wc -l'),
    racing: true,
  },
  { name: 'bash job', argv: bash('sleep 0.1 & wait $!; echo $?') },
  { name: 'xargs', argv: sh('ls | xargs -n 2 echo') },
  { name: 'xargs -P', argv: sh('ls | xargs -n 1 -P 3 echo | sort'), racing: true },
  {
    name: 'perl',
    argv: ['perl', '-e', 'open F, "text"; my $n = 0; $n++ while <F>; print "$n\\n"'],
  },
  {
    name: 'perl fork',
    argv: ['perl', '-e', 'my $p = fork; exit 3 unless $p; waitpid $p, 0; print $? >> 8'],
  },
  { name: 'python3', argv: ['python3', '-c', 'import json; print(json.dumps({"a": [1, 2]}))'] },
  {
    name: 'python3 subprocess',
    // One pipe: of two, poll(2) finds one ready or both, by chance.
    argv: ['python3', '-c', 'import subprocess as s; print(s.check_output(["ls"]))'],
  },
  {
    name: 'python3 sockets',
    argv: [
      'python3',
      '-c',
      [
        'import socket, os',
        'l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()',
        'c = socket.create_connection(l.getsockname()); s, _ = l.accept()',
        'c.sendall(b"hello"); print(s.recv(9))',
        'a, b = socket.socketpair(); a.send(b"x"); print(b.recv(2))',
      ].join('\n'),
    ],
  },
  { name: 'python3 threads', argv: ['python3', '-c', pythonThreads()], racing: true },
  {
    name: 'sqlite3',
    argv: [
      'sqlite3',
      'data.db',
      'create table t(a); insert into t values(1),(2); select sum(a) from t;',
    ],
    timed: /data\.db/,
  },
  { name: 'openssl', argv: sh('openssl dgst -sha256 text && openssl enc -base64 -in short') },
  {
    name: 'git',
    argv: sh(
      `${gitDates}; touch -d @0 short; ${git} init -q . && ${git} add short && ${git} commit -qm x && ${git} log --oneline`,
    ),
    timed: /^\.git\/index/,
  },
  { name: 'gcc', argv: fixedLayout('gcc', '-O1', '-o', 'program', 'main.c', 'twice.c') },
  { name: 'make', argv: fixedLayout('make', 'run') },
  {
    name: 'node',
    argv: ['node', '-e', 'console.log(require("fs").readdirSync(".").length)'],
    racing: true,
  },
];

function pythonThreads(): string {
  return [
    'import threading',
    'total = []',
    'threads = [threading.Thread(target=lambda n=n: total.append(n)) for n in range(20)]',
    '[t.start() for t in threads]; [t.join() for t in threads]',
    'print(sum(total))',
  ].join('\n');
}
