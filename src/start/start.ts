/** Starts a bundled program; `dist/main.js` and `dist/cli/main.js` call this. */
import { CachedModules } from './code-cache.js';
import { refuseDebugger } from './debugger.js';

/** Runs `PROGRAM.cjs` of this folder. Files that it compiles are in the result, which grows meanwhile. */
export function start(program: string): readonly string[] {
  refuseDebugger(program);
  const modules = new CachedModules(__dirname, program);
  modules.load(`${program}.cjs`);
  return modules.compiled;
}
