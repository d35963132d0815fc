// Workers, children with pipes, a socket, timers, files.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

const workers = [1, 2, 3, 4].map((n) => {
  const code = `const { parentPort, workerData } = require('node:worker_threads');
    let sum = 0; for (let i = 0; i < 1e6; i++) sum += i % workerData; parentPort.postMessage(sum);`;
  return once(new Worker(code, { eval: true, workerData: n }), 'message');
});
console.log((await Promise.all(workers)).flat().join(' '));

const child = spawn('sh', ['-c', 'tr a-z A-Z; exit 4'], { stdio: ['pipe', 'pipe', 'inherit'] });
child.stdin.end('piped\n');
const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
console.log(output.trim(), code, execFileSync('echo', ['sync']).toString().trim());

const server = createServer((socket) => socket.pipe(socket)).listen(`${process.cwd()}/socket`);
await once(server, 'listening');
const socket = connect(`${process.cwd()}/socket`);
socket.end('through a socket');
console.log(await text(socket));
server.close();

await writeFile('written', 'by Node\n');
await setTimeout(5);
console.log((await readFile('written', 'utf8')).trim());
process.kill(process.pid, 'SIGTERM');
