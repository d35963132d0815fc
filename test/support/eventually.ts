/** Bounded waiting for what gives no event, such as a state in /proc. */

/** How long a test waits for anything before it calls it missing. Generous: machines are shared. */
export const patience = 60_000;

/** For a test that floods the machine. */
export const longPatience = 300_000;

const pollInterval = 5;

/**
 * Calls `probe` until it returns something other than undefined or false, and returns that.
 * @throws Error that names `what` after `timeout` milliseconds.
 */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  timeout = patience,
): Promise<T> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) {
      return found;
    }
    if (performance.now() > deadline) {
      throw new Error(`not within ${timeout} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollInterval));
  }
}

/** Resolves as `promise` does, or rejects with an Error that names `what` after `timeout` ms. */
export async function within<T>(what: string, promise: Promise<T>, timeout = patience): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${timeout} ms: ${what}`)), timeout);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Tells waiters that something has happened, so that they look again. */
export class Bell {
  #waiting: (() => void)[] = [];

  ring(): void {
    for (const resolve of this.#waiting.splice(0)) {
      resolve();
    }
  }

  /** Resolves at the next ring. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
