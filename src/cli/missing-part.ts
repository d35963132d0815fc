/** A recording does not have what an option looks at. */

export class MissingPartError extends Error {
  override readonly name = 'MissingPartError';

  /** `field` is the option of CaptureOptions that records it. */
  constructor(options: string, what: string, field: string) {
    super(
      `${options} looks at ${what}, which this recording is without; ` +
        `make one with 'ptracectl record', of a session one with ${field}`,
    );
  }
}
