/**
 * V8's code cache for the bundled programs: what V8 made of a file when it was built, so that a start compiles
 * nothing. Files of it are for one version of Node; any other, and one that was started with other flags of V8,
 * compiles as always.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';

type Require = (id: string) => unknown;
type ModuleBody = (
  exports: object,
  require: Require,
  module: { exports: object },
  file: string,
) => void;

/** The CommonJS modules of one folder, each run once. */
export class CachedModules {
  readonly #folder: string;
  readonly #cache: string;
  readonly #scripts = new Map<string, Script>();
  readonly #modules = new Map<string, { exports: object }>();
  /** Files that V8 compiled, since no code of theirs was kept or it is for another V8. */
  readonly compiled: string[] = [];

  /** `program` has a cache of its own, since each uses other functions of what they share. */
  constructor(folder: string, program: string) {
    this.#folder = folder;
    this.#cache = join(folder, 'code-cache', `${process.version}-${process.arch}`, program);
  }

  /** Runs a file of the folder and returns its exports. */
  load(name: string): object {
    const known = this.#modules.get(name);
    if (known !== undefined) {
      return known.exports;
    }
    const file = join(this.#folder, name);
    const module = { exports: {} };
    this.#modules.set(name, module);
    const cachedData = this.#read(name);
    const script = new Script(
      `(function (exports, require, module, __filename) {${readFileSync(file, 'utf8')}\n})`,
      { filename: file, cachedData },
    );
    if (cachedData === undefined || script.cachedDataRejected) {
      this.compiled.push(name);
    }
    this.#scripts.set(name, script);
    const body = script.runInThisContext() as ModuleBody;
    const require = createRequire(file) as Require;
    body.call(module.exports, module.exports, (id) => this.#require(id, require), module, file);
    return module.exports;
  }

  /**
   * Keeps the code of all that ran, with the functions that were called so far. V8 takes it for a file of the same
   * length, so that whoever changes a file must remove what was kept.
   */
  save(): void {
    for (const [name, script] of this.#scripts) {
      const path = this.#path(name);
      mkdirSync(dirname(path), { recursive: true });
      // Whoever starts meanwhile reads the whole file or none.
      writeFileSync(`${path}.${process.pid}`, script.createCachedData());
      renameSync(`${path}.${process.pid}`, path);
    }
  }

  #require(id: string, require: Require): unknown {
    return id.startsWith('./') ? this.load(basename(id)) : require(id);
  }

  #path(name: string): string {
    return join(this.#cache, `${name}.bin`);
  }

  #read(name: string): Buffer | undefined {
    try {
      return readFileSync(this.#path(name));
    } catch {
      return undefined;
    }
  }
}
