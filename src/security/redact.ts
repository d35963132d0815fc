/** Takes secrets out of text that is shown or kept. */

export const redacted = '[redacted]';

const secretName = /TOKEN|SECRET|PASSWO?R?D|PASSPHRASE|CREDENTIAL|KEY/i;
const pem = /-----BEGIN [A-Z ]+-----[\s\S]*/;
const authorization = /^(authorization:\s*\w+\s+).*$/i;
/** The password of an URL: scheme://user:password@host. */
const urlPassword = /^(\w[\w+.-]*:\/\/[^/:@\s]*:)[^/@\s]+@/;
const assignment = /^(-{0,2}[\w.-]+)([=:])(.+)$/s;
const option = /^--?[A-Za-z][\w.-]*$/;

function redactOne(argument: string): string {
  const assigned = assignment.exec(argument);
  if (assigned?.[1] !== undefined && secretName.test(assigned[1])) {
    return `${assigned[1]}${assigned[2]}${redacted}`;
  }
  return argument
    .replace(pem, redacted)
    .replace(authorization, `$1${redacted}`)
    .replace(urlPassword, `$1${redacted}@`);
}

/**
 * Command-line arguments without what looks like a secret: the value in `--token=V`, `PASSWORD=V`,
 * `--api-key V`, `Authorization: Bearer V`, `https://user:V@host`, and PEM.
 */
export function redactArguments(argv: readonly string[]): string[] {
  return argv.map((argument, index) => {
    const before = argv[index - 1] ?? '';
    const isValue = option.test(before) && secretName.test(before) && !argument.startsWith('-');
    return isValue ? redacted : redactOne(argument);
  });
}
