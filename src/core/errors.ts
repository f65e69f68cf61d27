/**
 * What can go wrong, in one catalogue: code → sentence and remedy. `docs/errors.md` is generated from it.
 *
 * Four kinds (architecture, section 7): odd bytes are values, not errors; a peer's behaviour is an outcome; policy saying
 * no is a {@link Refusal}; an operator's mistake is an {@link OperatorError} (one sentence, a remedy, exit code 2, no stack).
 * Anything else thrown is our own fault (exit code 3).
 * @module
 */

/** Code → [sentence, remedy]. `{name}` is filled from the error's values. */
export const ERRORS = {
  'file-missing': ["The file '{path}' cannot be opened: {reason}.", 'Check the path and its permissions.'],
  'format-unknown': ["'{path}' is neither a capture nor a log that Noroshi knows.", 'Name its format with --as (noroshi read --help lists them).'],
  'format-name': ["There is no input format '{name}'.", 'Use one of: {known}.'],
  'capture-damaged': ["'{path}' ends as a capture at byte {offset}: {reason}.", 'What stood before was kept; capture the rest again.'],
  'sensor-name': ["'{name}' is not a sensor name.", 'Use lower-case letters, digits and hyphens, at most 63, optionally as org/sensor.'],
  'org-name': ["'{name}' is not an organisation key.", 'Use lower-case letters, digits and hyphens, at most 63.'],
  'cidr': ["'{text}' is not a network.", 'Write an address and a prefix length, such as 192.0.2.0/24.'],
  'time': ["'{text}' is not a time.", 'Write 2026-11-22, 2026-11-22T10:00Z, now, or now-1d (s, m, h, d, w).'],
  'time-order': ["--from ({from}) is not before --to ({to}).", 'Swap them.'],
  'query-syntax': ['{message}', 'See docs/query-language.md or `noroshi query --help`.'],
  'unknown-command': ["There is no command '{name}'.", 'noroshi --help lists them.'],
  'usage': ['{message}', 'Add --help to see the options and an example.'],
  'unknown-engine': ["There is no engine '{name}'.", 'Use one of: {known}.'],
  'unknown-scenario': ["There is no scenario '{name}'.", 'Use one of: {known}.'],
  'unknown-sensor': ["There is no sensor '{name}'.", '`noroshi sensors` lists them; reading or listening creates one.'],
  'unknown-finding': ["There is no finding '{id}'.", '`noroshi findings` lists them.'],
  'unknown-org': ["There is no organisation '{name}'.", 'Reading with --org creates one.'],
  'unknown-role': ["There is no role '{name}'.", 'Use viewer, analyst or administrator.'],
  'data-newer': ["'{path}' was written by a newer Noroshi (format {found}; this one knows {known}).", 'Update Noroshi, or restore a backup.'],
  'data-busy': ["'{path}' is owned by a process that does not answer.", 'Stop that process (its id is in {path}/owner), then try again.'],
  'data-owned': ["'{path}' is in use by another Noroshi process, and '{command}' must own it alone.", 'Stop that process (its id is in {path}/owner), or name another directory with --data.'],
  'data-not-empty': ["'{path}' is not empty.", 'Name an empty or new directory.'],
  'not-a-backup': ["'{path}' is not a Noroshi backup: {reason}.", 'Name the directory that `noroshi backup` wrote.'],
  'config': ["noroshi.toml, {where}: {message}.", 'Correct the file, or delete the line to use the default.'],
  'port-busy': ["Port {port} on {host} is taken.", 'Stop the other program or use --port.'],
  'host-needs-tls': ["Listening on {host} without TLS would show data to the network.", 'Give --tls-cert and --tls-key, or --behind-proxy if a proxy terminates TLS.'],
  'tcpdump-missing': ["tcpdump is not installed.", 'Install it (apt-get install tcpdump), then try again.'],
  'interface': ["Cannot capture on '{name}': {reason}.", 'Check the name (ip link) and that you may capture (root or CAP_NET_RAW).'],
  'directory': ["'{path}' cannot be written: {reason}.", 'Check the path, its permissions and the free space.'],
  'clickhouse': ["The ClickHouse server at {url} answered: {message}.", 'Check NOROSHI_CLICKHOUSE_URL and the server.'],
  'sign-in': ['The link is used, expired or wrong.', 'Make a new one with `noroshi admin link`.'],
  'rule': ["The rules in '{path}' cannot be used: {reason}.", 'Correct the file (docs/fingerprints.md describes the language) or move it away.'],
  'scanner-list': ["'{path}' is not a list of networks: {reason}.", 'Use one address or network a line, a MISP warning list, or a maltrail trail file.'],
  'not-signed-in': ['Nobody is signed in.', 'Sign in, or send a key: Authorization: Bearer nro_….'],
  'forbidden': ["This needs the role {needs}{where}.", 'Ask an administrator of your organisation.'],
  'wrong-origin': ['The request came from another site.', "Use the portal's own pages, or an API key."],
  'too-many-attempts': ['Too many attempts to sign in.', 'Wait a quarter of an hour, or make a link with `noroshi admin link`.'],
  'sign-in-password': ['The name or the password is wrong.', 'Try again, or ask an administrator for a link.'],
  'name-taken': ["There is somebody named '{name}' already.", 'Choose another name.'],
  'last-administrator': ["'{name}' is the last administrator of {org}.", 'Give somebody else that role first.'],
  'unknown-person': ["There is no person '{id}'.", 'The page People lists them.'],
  'unknown-key': ["There is no key '{id}'.", 'The list of keys shows them.'],
  'unknown-view': ["There is no view '{id}'.", 'Explore lists the saved views.'],
  'unknown-job': ["There is no job '{id}'.", 'Health lists what is running.'],
  'unknown-setting': ["There is no setting '{key}'.", 'Health lists the settings.'],
  'setting-value': ["'{key}' cannot be {value}: {reason}.", 'Give a value of the right kind and size.'],
  'time-zone': ["'{text}' is not a time zone.", 'Write a name such as Asia/Tokyo or UTC.'],
  'country': ["'{text}' is not a country.", 'Write its two capital letters, such as JP.'],
  'address': ["'{text}' is not an address.", 'Write an IPv4 or IPv6 address.'],
  'port-name': ["'{text}' is not a port.", 'Write tcp-23 or udp-53.'],
  'unknown-route': ['There is nothing at {path}.', '/api/v1/openapi.json lists what there is.'],
  'request': ['The request is not understood: {message}.', '/api/v1/openapi.json says what is expected.'],
  'too-large': ['The request is too large.', 'Send less, or read large files with `noroshi read`.'],
  'too-many': ['Too many requests are open.', 'Close some windows, or wait a little.'],
  'fault': ['Something went wrong in Noroshi itself.', 'The log of the platform says more.'],
} as const satisfies Record<string, readonly [string, string]>;

export type ErrorCode = keyof typeof ERRORS;

/** An operator's mistake or unusable input: one sentence with a remedy; the CLI exits 2. */
export class OperatorError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly values: Readonly<Record<string, string | number>>;
  constructor(code: ErrorCode, values: Readonly<Record<string, string | number>> = {}) {
    const [sentence, remedy] = ERRORS[code];
    super(fill(sentence, values));
    this.name = 'OperatorError';
    this.code = code;
    this.remedy = fill(remedy, values);
    this.values = values;
  }
}

/** Policy said no. Always audited by the one who catches it. */
export class Refusal extends Error {
  readonly code: string;
  constructor(code: string, sentence: string) {
    super(sentence);
    this.name = 'Refusal';
    this.code = code;
  }
}

function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}
