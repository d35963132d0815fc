/** `ptraced`: the server as a program. */
import { displayText } from './bytes.js';
import { ConfigError } from './config.js';
import { helpText, parseCommand } from './flags.js';
import { ownArguments, ownVariable } from './own-process.js';
import { version } from './version.js';

const usageError = 2;

function fail(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`ptraced: ${displayText(message).replaceAll('\n', ' ')}\n`);
  process.exit(error instanceof ConfigError ? usageError : 1);
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
  const [{ createLogger }, { startServer }] = await Promise.all([
    import('./observability/logger.js'),
    import('./server.js'),
  ]);
  const log = createLogger(command.config.logLevel);
  process.once('uncaughtException', (error) => {
    // What is unknown may be broken: the kernel lets attached processes run on and kills launched ones.
    log.fatal({ err: error }, 'uncaught exception');
    process.exit(1);
  });
  const ended = endSignal();
  const server = await startServer(command.config, { log });
  log.info({ signal: await ended }, 'signal');
  await server.stop();
  process.exit(0);
}

main().catch(fail);
