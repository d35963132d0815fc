/** `ptraced`: the server as a program. */
import { displayText } from './bytes.js';
import { ConfigError } from './config.js';
import { helpText } from './flag-table.js';
import { parseCommand } from './flags.js';
import { ownArguments, ownVariable } from './own-process.js';
import { version } from './version.js';

const usageError = 2;
const stderr = 2;

/** Of the log, which has at most this much waiting in memory. */
const maxLogBytes = 256 * 1024;
/** How long the end of the process waits for whoever reads the log. */
const logEndMs = 300;

/** Ends the process; replaced once there is a log. */
let exit = (status: number): never => process.exit(status);

function fail(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`ptraced: ${displayText(message).replaceAll('\n', ' ')}\n`);
  return exit(error instanceof ConfigError ? usageError : 1);
}

/** Resolves with the first of the signals that end a server; by the second one, it ends at once. */
function endSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => resolve(signal));
    }
  });
}

async function main(): Promise<void> {
  const environment = Object.keys(process.env).map((name) => [name, ownVariable(name)]);
  const command = parseCommand(ownArguments(), Object.fromEntries(environment));
  if (command.kind === 'help') {
    process.stdout.write(helpText());
    return;
  }
  if (command.kind === 'version') {
    process.stdout.write(`ptraced ${version}\n`);
    return;
  }
  // Only here: help and version need neither gRPC nor the addon.
  const [{ createLogger, redirectStderr }, { loadAddon, startServer }, { hardenProcess }] =
    await Promise.all([
      import('./observability/logger.js'),
      import('./server.js'),
      import('./hardening.js'),
    ]);
  const addon = loadAddon();
  const lines = addon.openLog(stderr, maxLogBytes);
  redirectStderr(lines);
  exit = (status) => {
    process.emit('exit', status);
    lines.flush(logEndMs);
    return addon.exit(status);
  };
  const log = createLogger(command.config.logLevel, lines);
  process.once('uncaughtException', (error) => {
    // What is unknown may be broken: the kernel lets attached processes run on and kills launched ones.
    log.fatal({ err: error }, 'uncaught exception');
    exit(1);
  });
  const ended = endSignal();
  const server = await startServer(command.config, {
    addon,
    guard: hardenProcess(addon),
    log,
    droppedLogLines: lines.dropped,
  });
  log.info({ signal: await ended }, 'signal');
  await server.stop();
  exit(0);
}

main().catch(fail);
