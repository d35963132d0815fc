/**
 * `npm run quickstart [-- COMMAND...]`: installs and builds what is missing, then traces the command,
 * `ls -l /` unless another is given, through an embedded server. Exits with the command's status.
 */
import { ensureBuilt } from './lib/build.mjs';
import { main, say, status } from './lib/run.mjs';

await main(async () => {
  await ensureBuilt();
  const given = process.argv.slice(process.argv[2] === '--' ? 3 : 2); // npm takes the first -- away
  const command = given.length > 0 ? given : ['ls', '-l', '/'];
  say(`tracing: ${command.join(' ')}`);
  const cli = [`dist/cli/main.js`, 'trace', '--', ...command];
  const code = await status(process.execPath, cli, { stdio: 'inherit' });
  say(`${command[0]} exited with status ${code}`);
  return code;
});
