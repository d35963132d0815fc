/**
 * Keeps Node's debugger shut: whoever connects to it runs code in this process, and its port asks nobody who they
 * are. Started by the launcher (native/launcher), Node has no address that it could listen on and none of the
 * variables that open it; what is here is for `node dist/main.js`, and holds from the first statement on.
 */
import inspector from 'node:inspector';

const usageError = 2;

// Node opens the debugger at this signal unless somebody handles it.
process.on('SIGUSR1', () => {});

/**
 * Ends the process where the debugger is open: by `--inspect` on the command line or in NODE_OPTIONS, or by a SIGUSR1
 * before the statement above.
 */
export function refuseDebugger(program: string): void {
  if (inspector.url() !== undefined) {
    inspector.close();
    process.stderr.write(
      `${program}: refuses to run with Node's debugger open (--inspect, NODE_OPTIONS, SIGUSR1); start it by dist/bin/${program}, which keeps it shut\n`,
    );
    process.exit(usageError);
  }
}
